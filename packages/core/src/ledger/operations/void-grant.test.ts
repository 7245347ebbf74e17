/** Voiding grants: what is left of them goes, what was spent stays spent. */
import { expect, test } from 'vitest';
import { clean, describeBooks, fill, points, source, take, taken } from '#test/fresh-books.ts';
import { credit, giveBack, readBalance, spend, verify, voidGrant } from '../index.ts';

describeBooks('voiding a grant', (fresh) => {
  test('a voided grant takes its remainder, and only once', async () => {
    const { scope } = await fresh();
    const made = await credit(scope, { ...points, amount: 10, source });
    await spend(scope, { ...points, amount: 4, source, request: null });

    await voidGrant(scope, { grant: made.grant ?? '' });

    expect(await readBalance(scope, points)).toMatchObject({ settled: 0, available: 0 });
    await expect(voidGrant(scope, { grant: made.grant ?? '' })).rejects.toMatchObject({
      code: 'invalid_state',
    });
    await expect(voidGrant(scope, { grant: 'grt_999999' })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await verify(scope)).toEqual(clean);
  });

  test('one that waits never begins', async () => {
    const { books, scope } = await fresh();
    const effectiveAt = new Date('2026-01-10T13:00:00Z');
    const { grant } = await fill(scope, 10, { effectiveAt, waits: true });

    await voidGrant(scope, { grant: grant ?? '' });

    const later = await books.at('2026-01-10T14:00:00Z');
    expect(await take(later, 'points', 1)).toMatchObject({ allowed: false });
    expect(await verify(later)).toEqual(clean);
  });

  test('what a voided grant had paid comes back to nobody', async () => {
    const { scope } = await fresh();
    const { grant } = await fill(scope, 10);
    const of = await taken(scope, 'points', 4);
    await voidGrant(scope, { grant: grant ?? '' });

    await giveBack(scope, { ...points, of, source });

    expect(await readBalance(scope, points)).toMatchObject({ settled: 0, available: 0 });
    expect(await verify(scope)).toEqual(clean);
  });

  test('the quota of a plan is not voided by hand, for the plan would bring it again', async () => {
    const { scope } = await fresh();
    const calls = { customer: 'ann', unit: 'api-calls' };
    await taken(scope, 'api-calls', 1);
    const [quota] = (await readBalance(scope, calls)).grants;

    const voided = voidGrant(scope, { grant: quota?.id ?? '' });

    await expect(voided).rejects.toMatchObject({ code: 'invalid_state' });
    expect(await readBalance(scope, calls)).toMatchObject({ available: 99 });
  });
});
