/** Groups of purchases: what is left of each, and what there is to warn of. */
import { beforeAll, expect, test } from 'vitest';
import { describeMigrated } from '#test/kernel.ts';
import { openShop } from '#test/shop.ts';
import type { Process } from '#test/subscriptions.ts';
import type { Database, Scope } from '../../kernel/index.ts';
import { credit, readBalance, spend, voidGrant } from '../../ledger/index.ts';
import { confirmOrder } from './confirm-order.ts';
import { createOrder, type NewOrder } from './create-order.ts';
import { listCredits } from './list-credits.ts';
import { listWarnings } from './list-warnings.ts';

const now = '2026-01-31T10:00:00.000Z';

describeMigrated('credits', (make) => {
  let database: Database;
  let tenants = 0;
  let shop: Process;
  let scope: Scope;

  beforeAll(async () => {
    ({ database } = await make());
  });

  async function fresh(): Promise<void> {
    tenants += 1;
    shop = openShop(database, `credits-${tenants}`);
    scope = await shop.at(now);
  }
  const place = async (input: Partial<NewOrder>): Promise<string> =>
    (await createOrder(scope, { customer: 'ann', ...input })).order.id;
  const buy = async (input: Partial<NewOrder>) =>
    confirmOrder(scope, { order: await place(input), payment: 'manual' });
  const summary = async (moment = now, wishes = {}) =>
    (await listCredits(await shop.at(moment), { customer: 'ann', ...wishes })).map(
      ({ group, status, reasons }) => [group, status, ...reasons].join(' '),
    );
  const use = (unit: string, amount: number) =>
    spend(scope, { customer: 'ann', unit, amount, request: {}, source: 'test' });

  test('what is left belongs to the purchases that expire last: the others are used first', async () => {
    await fresh();
    await buy({ offer: 'forever' });
    await buy({ offer: 'calls', quantity: 2 });
    await buy({ offer: 'calls' });
    await use('points', 12);

    const [group] = await listCredits(await shop.at('2026-02-14T10:00:00.000Z'), {
      customer: 'ann',
    });

    expect(group).toMatchObject({ group: 'calls', status: 'ok', reasons: [] });
    expect(group?.bought.find(({ unit }) => unit === 'points')).toMatchObject({ amount: 115 });
    const points = group?.purchases.map(({ offer, quantity, remaining, elapsed }) => {
      const left = remaining.find(({ unit }) => unit === 'points');
      return [offer, quantity, left?.amount, left?.percent, elapsed];
    });
    expect(points).toEqual([
      ['calls', 1, 0, 0, 50],
      ['calls', 2, 3, 30, 23],
      ['forever', 1, 100, 100, null],
    ]);
  });

  test('warns of what ends soon and is not used up, of what is low, and of what waits to be paid', async () => {
    await fresh();
    await buy({ offer: 'later' });
    await place({ offer: 'scarce' });

    expect(await summary()).toEqual(['later ok', 'scarce warn pending']);
    expect(await summary(now, { warnExpiresIn: 'P10D' })).toEqual([
      'later warn expiring',
      'scarce warn pending',
    ]);
    expect(await summary(now, { warnAtOrBelow: 39 })).toContain('later ok');
    expect(await summary(now, { warnAtOrBelow: 40 })).toContain('later warn low');
    await use('points', 40);
    expect(await summary('2026-02-09T10:00:00.000Z')).toEqual(['later warn low']);
    await credit(scope, { customer: 'ann', unit: 'points', amount: 1, source: 'test' });
    expect(await summary('2026-02-09T10:00:00.000Z')).toEqual(['later ok']);
    expect(await summary('2026-02-10T10:00:00.000Z')).toEqual(['later error inactive']);
  });

  test('judges what grants nothing by its time alone', async () => {
    await fresh();
    await buy({ offer: 'pro-month' });

    expect(await summary()).toEqual(['pro ok']);
    expect(await summary('2026-02-21T10:00:00.000Z')).toEqual(['pro warn expiring']);
    expect(await summary('2026-02-28T10:00:00.000Z')).toEqual(['pro error inactive']);
    expect(await listCredits(scope, { customer: 'nobody' })).toEqual([]);
  });

  test('is inactive once its lots were taken back; what is still to begin is whole', async () => {
    await fresh();
    await buy({ offer: 'later', startsAt: new Date('2026-03-01T00:00:00Z') });
    await place({ offer: 'free' });
    const left = async () =>
      (await listCredits(scope, { customer: 'ann' })).map(({ purchases, status }) => [
        ...[purchases[0]?.remaining[0]?.amount, purchases[0]?.remaining[0]?.percent, status],
      ]);
    const before = await left();
    const { grants } = await readBalance(scope, { customer: 'ann', unit: 'points' });

    await voidGrant(scope, { grant: grants[0]?.id ?? '' });

    expect(before).toEqual([
      [1, 100, 'ok'],
      [40, 100, 'ok'],
    ]);
    expect(await left()).toEqual([
      [0, 0, 'error'],
      [40, 100, 'warn'],
    ]);
  });

  test('a group to warn of appears once, with both reasons, and those that are well do not', async () => {
    await fresh();
    await buy({ offer: 'forever' });
    await buy({ offer: 'series' });
    await buy({ offer: 'later' });
    await place({ offer: 'scarce' });
    const warned = async (wishes = {}) =>
      (await listWarnings(scope, { customer: 'ann', ...wishes })).map(
        ({ group, reasons, endsAt, purchases }) => [
          ...[group, ...reasons, endsAt?.toISOString().slice(0, 10) ?? null, purchases.length],
        ],
      );

    expect(await warned()).toEqual([]);
    expect(await warned({ warnExpiresIn: 'P10D', minimums: { later: 143, calls: 142 } })).toEqual([
      ['later', 'expiring', 'low', '2026-02-10', 1],
      ['series', 'expiring', '2026-02-10', 1],
    ]);
    expect(await warned({ minimums: { calls: 143 }, warnAtOrBelow: 0 })).toEqual([
      ['calls', 'low', null, 1],
    ]);
    expect(await listWarnings(scope, { customer: 'nobody' })).toEqual([]);
  });
});
