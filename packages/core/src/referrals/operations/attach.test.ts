/** Sponsors: given once, never oneself, and never somebody who stands below. */
import { expect, test } from 'vitest';
import { describeBooks } from '#test/fresh-books.ts';
import { ensureCustomer } from '../../customers/index.ts';
import { BursarError, type Scope } from '../../kernel/index.ts';
import { setSetting } from '../../settings/index.ts';
import { attach } from './attach.ts';
import { findTree } from './find-tree.ts';
import { forgetReferrals } from './forget-referrals.ts';
import { giveCode } from './give-code.ts';

async function join(scope: Scope, customer: string, sponsor: string) {
  await ensureCustomer(scope, { customer: sponsor });
  return attach(scope, { customer, sponsor });
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error) => (error instanceof BursarError ? error.code : String(error)),
  );

describeBooks('attaching', (fresh) => {
  test('by a code gives a sponsor once, is announced once, and another one is refused', async () => {
    const { scope, books } = await fresh();
    const code = await giveCode(scope, { customer: 'ann' });
    await giveCode(scope, { customer: 'eve', code: 'EVE' });

    const first = await attach(scope, { customer: 'bob', code });
    const again = await attach(scope, { customer: 'bob', code });
    const other = await codeOf(attach(scope, { customer: 'bob', code: 'EVE' }));

    expect([first, again]).toEqual([
      { customer: 'bob', sponsor: 'ann', attached: true },
      { customer: 'bob', sponsor: 'ann', attached: false },
    ]);
    expect(other).toBe('already_referred');
    const told = books.news.filter(({ type }) => type === 'referral.attached');
    expect(told.map(({ customer, data }) => [customer, data])).toEqual([
      ['bob', { customer: 'bob', sponsor: 'ann' }],
    ]);
  });

  test('is refused to oneself, to who stands below, and by what nobody has, and writes nothing', async () => {
    const { scope } = await fresh();
    await join(scope, 'bob', 'ann');
    await join(scope, 'cid', 'bob');
    const own = await giveCode(scope, { customer: 'ann' });

    const codes = [
      await codeOf(attach(scope, { customer: 'ann', code: own })),
      await codeOf(attach(scope, { customer: 'ann', sponsor: 'bob' })),
      await codeOf(attach(scope, { customer: 'ann', sponsor: 'cid' })),
      await codeOf(attach(scope, { customer: 'ann', code: 'NOBODYS' })),
      await codeOf(attach(scope, { customer: 'dan', sponsor: 'nobody' })),
    ];

    expect(codes).toEqual([
      ...['self_referral', 'referral_cycle', 'referral_cycle'],
      ...['not_found', 'customer_unknown'],
    ]);
    expect((await findTree(scope, { customer: 'ann' })).sponsor).toBeNull();
    expect((await findTree(scope, { customer: 'dan' })).sponsor).toBeNull();
  });

  test('is refused while referrals are switched off', async () => {
    const { scope } = await fresh();
    await setSetting(scope, { key: 'referrals.enabled', value: false });

    expect(await codeOf(join(scope, 'bob', 'ann'))).toBe('forbidden');
  });

  test('in a ring of twenty at once leaves one of them without a sponsor', async () => {
    const { scope } = await fresh();
    const ring = Array.from({ length: 20 }, (_, index) => `c${index}`);
    for (const customer of ring) await ensureCustomer(scope, { customer });

    const codes = await Promise.all(
      ring.map((customer, index) =>
        codeOf(attach(scope, { customer, sponsor: ring[(index + 1) % 20] as string })),
      ),
    );

    expect(codes.filter((code) => code === 'referral_cycle')).toHaveLength(1);
    expect(codes.filter((code) => code === null)).toHaveLength(19);
  });

  test('is undone where the sponsor is erased', async () => {
    const { scope } = await fresh();
    await join(scope, 'bob', 'ann');
    await join(scope, 'cid', 'bob');
    const bob = await ensureCustomer(scope, { customer: 'bob' });

    await forgetReferrals(scope, bob.id);

    expect((await findTree(scope, { customer: 'cid' })).sponsor).toBeNull();
    expect((await findTree(scope, { customer: 'ann' })).total).toBe(0);
    expect(await codeOf(join(scope, 'cid', 'ann'))).toBeNull();
  });
});

describeBooks('the tree', (fresh) => {
  test('counts by level down to the last that is set, and lists its own in pages', async () => {
    const { scope } = await fresh();
    for (const customer of ['b1', 'b2', 'b3']) await join(scope, customer, 'ann');
    for (const customer of ['c1', 'c2']) await join(scope, customer, 'b1');
    await join(scope, 'd1', 'c1');
    await join(scope, 'e1', 'd1');

    const tree = await findTree(scope, { customer: 'ann', limit: 2 });
    const rest = await findTree(scope, {
      ...{ customer: 'ann', limit: 2 },
      cursor: tree.referrals.next ?? undefined,
    });

    expect(tree).toMatchObject({
      ...{ sponsor: null, total: 6 },
      levels: [
        { level: 1, count: 3 },
        { level: 2, count: 2 },
        { level: 3, count: 1 },
      ],
    });
    const own = [...tree.referrals.items, ...rest.referrals.items];
    expect(own.map(({ customer, referrals }) => [customer, referrals])).toEqual([
      ['b3', 0],
      ['b2', 0],
      ['b1', 2],
    ]);
    expect(rest.referrals.next).toBeNull();
    expect(await codeOf(findTree(scope, { customer: 'ann', cursor: 'x' }))).toBe('cursor');
  });

  test('of nobody known is empty, and nobody comes to be by asking', async () => {
    const { scope } = await fresh();

    expect(await findTree(scope, { customer: 'nobody' })).toMatchObject({
      ...{ code: null, sponsor: null, total: 0, referrals: { items: [], next: null } },
    });
    expect(await codeOf(attach(scope, { customer: 'ann', sponsor: 'nobody' }))).toBe(
      'customer_unknown',
    );
  });
});
