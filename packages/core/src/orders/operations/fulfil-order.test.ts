/** Taking orders as paid: what is granted and for how long, that it happens once, and what time makes of it. */
import { beforeAll, describe, expect, test } from 'vitest';
import { describeMigrated } from '#test/kernel.ts';
import { openShop } from '#test/shop.ts';
import type { Process } from '#test/subscriptions.ts';
import { erasePerson } from '../../api/erase-customer.ts';
import { type Database, integer, type Scope, sql, text } from '../../kernel/index.ts';
import { readBalance, setLimits, verify } from '../../ledger/index.ts';
import { setSetting } from '../../settings/index.ts';
import { cancelOrder } from './cancel-order.ts';
import { confirmOrder } from './confirm-order.ts';
import { createOrder, type NewOrder } from './create-order.ts';
import { fulfilOrder } from './fulfil-order.ts';
import { getOrder } from './get-order.ts';
import { listPurchases } from './list-purchases.ts';
import { payOrder } from './pay-order.ts';
import { dueOrders, settleOrder } from './settle-order.ts';

const now = '2026-01-31T10:00:00.000Z';
const at = (moment: string) => new Date(moment);

describeMigrated('an order that is paid', (make) => {
  let database: Database;
  let tenants = 0;
  let shop: Process;
  let scope: Scope;

  beforeAll(async () => {
    ({ database } = await make());
  });

  async function fresh(): Promise<void> {
    tenants += 1;
    shop = openShop(database, `paid-${tenants}`);
    scope = await shop.at(now);
  }
  const place = async (input: Partial<NewOrder>): Promise<string> =>
    (await createOrder(scope, { customer: 'ann', ...input })).order.id;
  const confirm = (order: string, startsAt?: Date) =>
    confirmOrder(scope, { order, payment: 'manual', startsAt });
  const buy = async (input: Partial<NewOrder>) => confirm(await place(input));
  const available = async (unit: string, moment = now) =>
    (await readBalance(await shop.at(moment), { customer: 'ann', unit })).settled;
  const stepsOf = (order: string): Promise<string[]> =>
    scope.many(
      sql`
      select sequence || ' ' || status || coalesce(' ' || message, '') as step from bursar.order_history
       where (tenant_id, order_id) = (${scope.tenant.id}::int, ${order}::text) order by sequence limit 20`,
      (row) => text(row.step),
    );

  describe('by hand', () => {
    test('grants its units with its window, as lots of their own, and says so once', async () => {
      await fresh();
      const id = await place({ offer: 'calls', quantity: 2 });

      const paid = await confirmOrder(scope, { order: id, payment: 'manual', reason: 'cash' });

      const [startsAt, expiresAt] = [at(now), at('2026-03-31T10:00:00.000Z')];
      expect(paid).toMatchObject({ status: 'paid', method: 'manual', startsAt, expiresAt });
      const lots = await scope.many(
        sql`
        select unit.key, lot.source, lot.amount, lot.effective_at = ${now}::text::timestamptz as begins, lot.expires_at::text as ends
          from bursar.grants as lot join bursar.balances as balance on (balance.tenant_id, balance.id) = (lot.tenant_id, lot.balance_id)
          join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
         where lot.tenant_id = ${scope.tenant.id}::int and lot.source = 'order' order by unit.key limit 10`,
        (row) => [text(row.key), integer(row.amount), at(text(row.ends)).toISOString()],
      );
      expect(lots).toEqual([
        ['api-calls', 2_000, expiresAt.toISOString()],
        ['points', 10, expiresAt.toISOString()],
      ]);
      expect(await stepsOf(id)).toEqual(['1 paid']);
      expect(shop.types()).toEqual(['order.created', 'order.paid']);
      expect(shop.heard.find(({ type }) => type === 'order.paid')?.data).toEqual({
        ...{ order: id, offer: 'calls', plan: null, group: 'calls', quantity: 2, parent: null },
        ...{
          total: { amount: 1_200, unit: 'USD' },
          method: 'manual',
          subscription: null,
          items: [],
        },
        ...{ startsAt: now, expiresAt: expiresAt.toISOString() },
      });
      expect(await available('points', '2026-03-31T09:59:59.999Z')).toBe(10);
      expect(await available('points', '2026-03-31T10:00:00.000Z')).toBe(0);
      expect((await verify(scope)).ok).toBe(true);
    });

    test('is refused a second time, without a word that it is paid, and once it is canceled', async () => {
      await fresh();
      const [paid, open, canceled] = [
        (await buy({ offer: 'calls' })).id,
        await place({ offer: 'calls' }),
        await place({ offer: 'calls' }),
      ];
      await cancelOrder(scope, { order: canceled, reason: 'no' });
      const points = await available('points');

      await expect(confirm(paid)).rejects.toMatchObject({ code: 'duplicate_payment' });
      await expect(confirmOrder(scope, { order: open })).rejects.toMatchObject({
        code: 'invalid_state',
      });
      await expect(confirm(canceled)).rejects.toMatchObject({ code: 'invalid_state' });
      await expect(confirm('ord_none')).rejects.toMatchObject({ code: 'not_found' });
      await expect(
        confirmOrder(scope, { order: open, customer: 'bob', payment: 'manual' }),
      ).rejects.toMatchObject({ code: 'not_found' });
      await expect(payOrder(scope, { order: paid })).rejects.toMatchObject({
        code: 'already_paid',
      });
      await expect(cancelOrder(scope, { order: paid })).rejects.toMatchObject({
        code: 'already_paid',
      });
      await expect(payOrder(scope, { order: canceled })).rejects.toMatchObject({
        code: 'invalid_state',
      });

      expect(await available('points')).toBe(points);
      expect(await stepsOf(paid)).toEqual(['1 paid']);
      expect(await stepsOf(canceled)).toEqual(['1 canceled']);
      expect((await cancelOrder(scope, { order: canceled })).status).toBe('canceled');
      expect(shop.types().filter((type) => type === 'order.canceled')).toHaveLength(1);
    });

    test('what a ceiling refuses leaves the order pending and grants nothing', async () => {
      await fresh();
      const id = await place({ offer: 'calls' });
      await setLimits(scope, { customer: 'ann', unit: 'points', ceiling: 4 });

      await expect(confirm(id)).rejects.toMatchObject({ code: 'limit_exceeded' });

      expect(await getOrder(scope, { order: id })).toMatchObject({ status: 'pending' });
      expect([await available('points'), await stepsOf(id)]).toEqual([0, []]);
    });

    test('what is refused in somebody’s transaction leaves nothing half done in it', async () => {
      await fresh();
      const ids = [await place({ offer: 'calls' }), await place({ offer: 'bundle' })];
      await setLimits(scope, { customer: 'ann', unit: 'points', ceiling: 0 });
      const refused = { code: 'limit_exceeded' };

      await scope.transaction(async (inner) => {
        for (const order of ids)
          await expect(fulfilOrder(inner, { order, method: 'manual' })).rejects.toMatchObject(
            refused,
          );
        const free = { customer: 'ann', offer: 'free' };
        await expect(createOrder(inner, free)).rejects.toMatchObject(refused);
      });

      const { items } = await listPurchases(scope, { customer: 'ann' });
      expect(items.map(({ status }) => status)).toEqual(Array(5).fill('pending'));
      expect([await available('api-calls'), await available('points')]).toEqual([5, 0]);
      expect(await stepsOf(ids[0] ?? '')).toEqual([]);
      expect(shop.types()).toEqual(['order.created', 'order.created']);
    });

    test('works from what was frozen, whatever the catalogue says by then', async () => {
      await fresh();
      const id = await place({ offer: 'bundle' });
      const { calls, ...others } = scope.ports.catalog.offers;
      const later = openShop(database, `paid-${tenants}`, {
        catalog: {
          ...scope.ports.catalog,
          offers: { ...others, bundle: { ...others.bundle, archived: true } },
        } as never,
      });
      scope = await later.at(now);
      await expect(place({ offer: 'bundle' })).rejects.toMatchObject({ code: 'offer_unknown' });

      const paid = await confirm(id);

      expect(paid.items.map(({ offer }) => offer)).toEqual(['unpriced', 'series', calls?.key]);
    });
  });

  describe('begins', () => {
    test('when it was asked to, and that has not passed', async () => {
      await fresh();
      const startsAt = at('2026-02-10T00:00:00.000Z');
      const [first, second] = [
        await place({ offer: 'later', startsAt }),
        await place({ offer: 'forever', startsAt }),
      ];

      await confirm(first);
      const tooLate = await shop.at('2026-02-10T00:00:00.001Z');
      const late = { order: second, payment: 'manual' as const };
      scope = await shop.at('2026-01-31T12:00:00.000Z');
      await setSetting(scope, { key: 'orders.pendingTtl', value: 'P30D' });
      const third = await place({ offer: 'forever', startsAt });

      // What counts from its start only is not spendable before; what does not is at once.
      expect(await available('points', '2026-02-09T23:59:59.999Z')).toBe(0);
      expect(await available('points', '2026-02-10T00:00:00.000Z')).toBe(40);
      expect(await available('points', '2026-02-20T00:00:00.000Z')).toBe(0);
      await expect(confirmOrder(tooLate, late)).rejects.toMatchObject({ code: 'invalid_state' });
      await expect(confirmOrder(tooLate, { ...late, order: third })).rejects.toMatchObject({
        code: 'start_in_past',
      });
      const again = at('2026-02-11T00:00:00.000Z');
      expect(await confirmOrder(tooLate, { ...late, order: third, startsAt: again })).toMatchObject(
        { status: 'paid', startsAt: again, expiresAt: null },
      );
    });

    test('after the last of its group if it appends, each for its own time', async () => {
      await fresh();
      const first = await buy({ offer: 'series', quantity: 2 });
      const second = await buy({ offer: 'series' });
      const moved = await buy({ offer: 'series', startsAt: at('2026-02-01T00:00:00.000Z') });
      // Lots count at once, each until its own end.
      const counted = [
        await available('points'),
        await available('points', '2026-02-11T00:00:00.000Z'),
        await available('points', '2026-02-25T00:00:00.000Z'),
      ];
      scope = await shop.at('2026-04-01T00:00:00.000Z');
      const afresh = await buy({ offer: 'series' });

      expect([first, second, moved, afresh].map((one) => [one.startsAt, one.expiresAt])).toEqual([
        [at(now), at('2026-02-20T10:00:00.000Z')],
        [at('2026-02-20T10:00:00.000Z'), at('2026-03-02T10:00:00.000Z')],
        [at('2026-02-01T00:00:00.000Z'), at('2026-02-11T00:00:00.000Z')],
        [at('2026-04-01T00:00:00.000Z'), at('2026-04-11T00:00:00.000Z')],
      ]);
      expect(counted).toEqual([12, 9, 3]);
    });

    test('a shorter purchase never shortens an older one', async () => {
      await fresh();
      await buy({ offer: 'calls', quantity: 6 });
      await buy({ offer: 'calls' });

      expect(await available('points', '2026-02-28T10:00:00.000Z')).toBe(30);
    });
  });

  describe('with a bundle', () => {
    test('shows what one piece is while it is pending, and what all came to once it is paid', async () => {
      await fresh();
      const id = await place({ offer: 'bundle', quantity: 2 });
      const pending = await getOrder(scope, { order: id });
      await buy({ offer: 'series' });

      const paid = await confirm(id);

      expect(pending.perPiece.grants).toMatchObject([{ amount: 50, unit: 'points' }]);
      expect(pending.items).toMatchObject([
        {
          ...{ offer: 'unpriced', status: 'pending', startsAt: null },
          perPiece: { quantity: 2, grants: [{ amount: 14, unit: 'points' }] },
        },
        { offer: 'series', perPiece: { quantity: 3, grants: [{ amount: 9 }] } },
        { offer: 'calls', perPiece: { quantity: 1 } },
      ]);
      const window = { startsAt: at(now), expiresAt: at('2026-03-31T10:00:00.000Z') };
      expect(paid).toMatchObject({ ...window, total: { amount: 2_000, unit: 'EUR' } });
      expect(paid.items).toMatchObject([
        { offer: 'unpriced', quantity: 4, grants: [{ amount: 28 }], status: 'paid', ...window },
        {
          // Its own rule, and the cycle of the item: six times five days from where the series ended.
          ...{ offer: 'series', quantity: 6, grants: [{ amount: 18 }], cycle: 'P5D' },
          startsAt: at('2026-02-10T10:00:00.000Z'),
          expiresAt: at('2026-03-12T10:00:00.000Z'),
        },
        { offer: 'calls', quantity: 2, ...window },
      ]);
      expect(await available('points')).toBe(3 + 100 + 28 + 18 + 10);
      const child = await getOrder(scope, { order: paid.items[0]?.order ?? '' });
      expect(child).toMatchObject({
        ...{ parent: id, total: { amount: 0, unit: 'EUR' }, status: 'paid', method: 'manual' },
      });
      expect(await stepsOf(child.id)).toEqual(['1 paid']);
      await expect(confirm(child.id)).rejects.toMatchObject({ code: 'not_found' });
      await expect(cancelOrder(scope, { order: child.id })).rejects.toMatchObject({
        code: 'not_found',
      });
      const { items: lines } = await listPurchases(scope, { customer: 'ann', active: true });
      expect(lines.map(({ offer, parent, total }) => [offer, parent, total.amount])).toEqual([
        ['series', null, 100],
        ...['unpriced', 'series', 'calls'].map((offer) => [offer, id, 0]),
        ['bundle', null, 2_000],
      ]);
      expect(
        (await listPurchases(scope, { customer: 'ann', offer: 'calls', active: true })).items,
      ).toHaveLength(1);
      expect(shop.types().filter((type) => type === 'order.paid')).toHaveLength(2);
    });

    test('that is canceled takes its items along', async () => {
      await fresh();
      const id = await place({ offer: 'bundle' });

      const canceled = await cancelOrder(scope, { order: id });

      expect(canceled.items.map(({ status }) => status)).toEqual(Array(3).fill('canceled'));
    });
  });

  test('of somebody who is erased is given up while it is open, and stays in the books once it is paid', async () => {
    await fresh();
    const open = await place({ offer: 'bundle', country: 'DE' });
    const paid = await buy({ offer: 'calls', country: 'DE' });
    await erasePerson(scope, { customer: 'ann', force: true });
    const later = await shop.at('2026-03-15T10:00:00.000Z');

    const due = await dueOrders(later, { until: later.now, limit: 100 });
    for (const { id, tenant } of due)
      if (tenant === later.tenant.key) await settleOrder(later, { id });

    expect(await getOrder(later, { order: open })).toMatchObject({
      ...{ status: 'canceled', country: null, items: Array(3).fill({ status: 'canceled' }) },
    });
    expect(await stepsOf(paid.id)).toEqual(['1 paid', '2 expired']);
    await expect(confirm(open)).rejects.toMatchObject({ code: 'invalid_state' });
  });

  test('lapses or expires by the clock, is stored once, and told', async () => {
    await fresh();
    const [unpaid, bundle] = [await place({ offer: 'bundle' }), await place({ offer: 'bundle' })];
    await confirm(bundle);
    const due = async (moment: string) => {
      const inner = await shop.at(moment);
      const found = await dueOrders(inner, { until: inner.now, limit: 100 });
      return found.filter(({ tenant }) => tenant === inner.tenant.key);
    };
    const sweep = async (moment: string) => {
      for (const { id } of await due(moment)) await settleOrder(await shop.at(moment), { id });
    };
    expect(await due(now)).toEqual([]);
    const late = await shop.at('2026-02-01T10:00:00.000Z');
    expect(await getOrder(late, { order: unpaid })).toMatchObject({ status: 'canceled' });
    await expect(confirmOrder(late, { order: unpaid, payment: 'manual' })).rejects.toMatchObject({
      code: 'invalid_state',
    });

    await sweep('2026-02-01T10:00:00.000Z');
    await sweep('2026-02-01T10:00:00.000Z');

    expect(await stepsOf(unpaid)).toEqual(['1 canceled not paid in time']);
    const told = () =>
      shop.heard.flatMap(({ type, data }) =>
        type === 'order.canceled' || type === 'order.expired'
          ? [`${type} ${data.offer}${data.lapsed === true ? ' lapsed' : ''}`]
          : [],
      );
    expect(told()).toEqual(['order.canceled bundle lapsed']);
    const over = await shop.at('2026-02-28T10:00:00.000Z');
    expect((await getOrder(over, { order: bundle })).status).toBe('expired');
    await sweep('2026-02-15T10:00:00.000Z');
    expect(told().slice(1)).toEqual(['order.expired series']);
    await sweep('2026-03-15T10:00:00.000Z');
    await sweep('2026-03-15T10:00:00.000Z');
    expect(told().slice(2).sort()).toEqual([
      'order.expired bundle',
      'order.expired calls',
      'order.expired unpriced',
    ]);
    expect(await stepsOf(bundle)).toEqual(['1 paid', '2 expired']);
    await expect(fulfilOrder(over, { order: bundle, method: 'stripe' })).rejects.toMatchObject({
      code: 'duplicate_payment',
    });
    expect(await due('2030-01-01T00:00:00.000Z')).toEqual([]);
  });
});
