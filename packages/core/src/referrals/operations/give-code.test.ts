/** Referral codes: one per customer, unique in the tenant, drawn or the host's own. */
import { expect, test } from 'vitest';
import { describeBooks } from '#test/fresh-books.ts';
import { attachInput } from '../inputs.ts';
import { findTree } from './find-tree.ts';
import { giveCode } from './give-code.ts';

describeBooks('a referral code', (fresh) => {
  test('is made when it is first asked for and stays the same', async () => {
    const { scope } = await fresh();

    const before = await findTree(scope, { customer: 'ann' });
    const code = await giveCode(scope, { customer: 'ann' });
    const again = await giveCode(scope, { customer: 'ann' });

    expect(before.code).toBeNull();
    expect(code).toMatch(/^[A-Z0-9]{8}$/);
    expect(again).toBe(code);
    expect((await findTree(scope, { customer: 'ann' })).code).toBe(code);
  });

  test('that is drawn and taken is drawn anew', async () => {
    const { scope } = await fresh();
    await giveCode(scope, { customer: 'ann', code: 'TAKEN' });
    const draws = ['TAKEN', 'TAKEN', 'FREE'];

    const code = await giveCode(scope, { customer: 'bob' }, () => draws.shift() ?? 'TAKEN');

    expect(code).toBe('FREE');
  });

  test('of the host’s stands in the place of the one before, and another’s is refused', async () => {
    const { scope } = await fresh();
    await giveCode(scope, { customer: 'ann' });

    await giveCode(scope, { customer: 'ann', code: 'ANN-26' });
    const taken = giveCode(scope, { customer: 'bob', code: 'ANN-26' });

    await expect(taken).rejects.toMatchObject({ code: 'already_exists' });
    expect((await findTree(scope, { customer: 'ann' })).code).toBe('ANN-26');
    expect((await findTree(scope, { customer: 'bob' })).code).toBeNull();
  });

  test('that ten want at once is one’s, and nobody’s statement fails', async () => {
    const { scope } = await fresh();

    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) =>
        giveCode(scope, { customer: `c${index}`, code: 'BEST' }),
      ),
    );

    const codes = outcomes.map((one) => (one.status === 'fulfilled' ? 'done' : one.reason.code));
    expect(codes.sort()).toEqual([...Array(9).fill('already_exists'), 'done']);
  });

  test('is read in any case, and nothing but letters, digits, "_" and "-" is one', () => {
    const read = (code: string) => attachInput.safeParse({ customer: 'ann', code });

    expect(read(' ab-12cd ').data?.code).toBe('AB-12CD');
    for (const code of ['', 'a b', 'ä', 'x'.repeat(33), "'; --"])
      expect(read(code).success).toBe(false);
  });
});
