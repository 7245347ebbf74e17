/** Reversals: once, never more than was paid, and nothing dropped of what somebody has spent. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clean } from '#test/fresh-books.ts';
import { chain, describeReferrals, setTrigger } from '#test/referrers.ts';
import { ensureCustomer } from '../../customers/index.ts';
import { integer, type Scope, sql } from '../../kernel/index.ts';
import { credit, readBalance, spend, verify, voidGrant } from '../../ledger/index.ts';
import { reverseEvent } from './reverse-event.ts';
import { trigger } from './trigger.ts';

const settled = async (scope: Scope, customer: string) =>
  (await readBalance(scope, { customer, unit: 'points' })).settled;

const use = (scope: Scope, customer: string, amount: number) =>
  spend(scope, { customer, unit: 'points', amount, source: 'test', request: null });

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: { code?: string }) => error.code ?? String(error),
  );

const fixed = { unit: 'points', actor: { fixed: 10 }, levels: [{ level: 1, fixed: 100 }] };
const v1 = { alias: 'visit', externalId: 'v1' } as const;

async function visited(scope: Scope, more: object = {}): Promise<string> {
  await chain(scope, 'ann', 'bob');
  await setTrigger(scope, 'visit', { ...fixed, ...more });
  return (await trigger(scope, { ...v1, customer: 'bob' })).event;
}

const waitingOf = (scope: Scope, customer: string) =>
  scope.one(
    sql`
    select g.id
      from bursar.grants as g
      join bursar.balances as balance on (balance.tenant_id, balance.id) = (g.tenant_id, g.balance_id)
      join bursar.customers as customer on (customer.tenant_id, customer.id) = (balance.tenant_id, balance.customer_id)
     where g.tenant_id = ${scope.tenant.id}::int and not g.open and g.closed_at is null
       and customer.external_id = ${customer}::text`,
    (row) => `grt_${integer(row.id)}`,
  );

describeReferrals('a reversal', (fresh) => {
  test.each([
    [[10_000], 30],
    [[2_500, 7_500], 30],
    [[2_500, 2_500, 5_000], 0],
  ] as const)(
    'in shares of %j does not take again what an operator has voided, %d being spent',
    async (shares, spent) => {
      const { scope } = await fresh();
      const event = await visited(scope);
      const own = { customer: 'ann', unit: 'points', amount: 500 } as const;
      await credit(scope, { ...own, source: 'test' });
      const grant = await scope.one(
        sql`select grant_id from bursar.rewards where event_id = ${event}::text and level = 1`,
        (row) => `grt_${integer(row.grant_id)}`,
      );
      if (spent > 0) await use(scope, 'ann', spent);
      const [first = 0, ...rest] = shares;
      if (rest.length > 0)
        await reverseEvent(scope, { event, basisPoints: first, idempotencyKey: 'first' });

      await voidGrant(scope, { grant });
      for (const [index, basisPoints] of (rest.length > 0 ? rest : [first]).entries())
        await reverseEvent(scope, { event, basisPoints, idempotencyKey: `${index}` });

      expect(await settled(scope, 'ann')).toBe(500 - spent);
      expect(await verify(scope)).toEqual(clean);
    },
  );

  test('takes all of it once, by either name, and mirrors it', async () => {
    const { scope, news } = await fresh();
    const event = await visited(scope);

    const first = await reverseEvent(scope, { event });
    const again = await reverseEvent(scope, v1);

    expect(first).toMatchObject({
      ...{ trigger: 'visit.reversal', externalId: 'v1', reverses: event },
      ...{ reversedBasisPoints: 10_000, replayed: false },
      rewards: [
        { customer: 'bob', kind: 'actor', amount: -10, outstanding: 0 },
        { customer: 'ann', kind: 'upline', level: 1, amount: -100, outstanding: 0 },
      ],
    });
    expect(again).toEqual({ ...first, replayed: true });
    expect([await settled(scope, 'ann'), await settled(scope, 'bob')]).toEqual([0, 0]);
    const told = news.filter(({ type }) => type === 'reward_event.reversed');
    expect(told.map(({ data }) => data.outstanding)).toEqual([0]);
    expect(await verify(scope)).toEqual(clean);
  });

  test('strict takes what is there, of other grants too, and keeps the rest outstanding', async () => {
    const { scope } = await fresh();
    const event = await visited(scope);
    await use(scope, 'ann', 90);
    await credit(scope, { customer: 'ann', unit: 'points', amount: 30, source: 'test' });

    const done = await reverseEvent(scope, { event });

    expect(done.rewards[1]).toMatchObject({ amount: -100, outstanding: 60 });
    expect(await settled(scope, 'ann')).toBe(0);
    expect(await verify(scope)).toEqual(clean);
  });

  test('allow_debt takes all: the balance lies below its floor, and a later credit fills it first', async () => {
    const { scope } = await fresh();
    const event = await visited(scope, { clawback: 'allow_debt' });
    await use(scope, 'ann', 90);

    const done = await reverseEvent(scope, { event });
    const below = await settled(scope, 'ann');
    const refused = await use(scope, 'ann', 1);
    await credit(scope, { customer: 'ann', unit: 'points', amount: 100, source: 'test' });

    expect(done.rewards[1]).toMatchObject({ amount: -100, outstanding: 0 });
    expect(below).toBe(-90);
    expect(refused.allowed).toBe(false);
    expect(await readBalance(scope, { customer: 'ann', unit: 'points' })).toMatchObject({
      ...{ settled: 10, available: 10 },
    });
    expect(await verify(scope)).toEqual(clean);
  });

  test('of what has not matured voids it, and leaves the rest to mature', async () => {
    const { scope, at } = await fresh();
    const event = await visited(scope, { matures: 'P14D', actor: undefined });

    await reverseEvent(scope, { event, basisPoints: 2_500, idempotencyKey: 'a' });
    const before = await settled(scope, 'ann');
    const later = await at('2026-01-24T12:00:00Z');
    const matured = await settled(later, 'ann');
    await reverseEvent(later, { event, basisPoints: 2_500, idempotencyKey: 'b' });

    expect([before, matured, await settled(later, 'ann')]).toEqual([0, 75, 50]);
    expect(await verify(later)).toEqual(clean);
  });

  test('of a whole that never matured brings nothing, ever', async () => {
    const { scope, at } = await fresh();
    const event = await visited(scope, { matures: 'P14D' });

    const done = await reverseEvent(scope, { event });

    expect(done.rewards.map(({ outstanding }) => outstanding)).toEqual([0, 0]);
    expect(await settled(await at('2026-03-01T00:00:00Z'), 'ann')).toBe(0);
    expect(await verify(scope)).toEqual(clean);
  });

  test.each(['strict', 'allow_debt'])(
    'of what an operator voided before it matured takes nothing else in its place: %s',
    async (clawback) => {
      const { scope, at } = await fresh();
      const event = await visited(scope, { matures: 'P14D', clawback });
      await credit(scope, { customer: 'ann', unit: 'points', amount: 70, source: 'test' });
      const grant = await waitingOf(scope, 'ann');
      await voidGrant(scope, { customer: 'ann', grant });

      const part = await reverseEvent(scope, { event, basisPoints: 4_000, idempotencyKey: 'a' });
      const later = await at('2026-03-01T00:00:00Z');
      const rest = await reverseEvent(later, { event });

      expect([part.rewards[1], rest.rewards[1]]).toMatchObject([
        { customer: 'ann', amount: -40, outstanding: 0 },
        { customer: 'ann', amount: -60, outstanding: 0 },
      ]);
      expect(await settled(later, 'ann')).toBe(70);
      expect(await verify(later)).toEqual(clean);
    },
  );

  test('by subject is refused while the latest waits to be rewarded, and leaves its key free', async () => {
    const { scope } = await fresh();
    await setTrigger(scope, 'visit', { unit: 'points', actor: { fixed: 10 } });
    const subject = { type: 'Photo', id: '33' };
    const fired = { alias: 'visit', customer: 'bob', subject } as const;
    const by = { alias: 'visit', subject, idempotencyKey: 'removed' } as const;
    await trigger(scope, fired);
    await reverseEvent(scope, { alias: 'visit', subject });
    await trigger(scope, { ...fired, queue: true });

    // As a host does that goes on after a refusal.
    const code = await scope.transaction(async (inner) => codeOf(reverseEvent(inner, by)));
    expect(code).toBe('not_reversible');
    const { event } = await trigger(scope, fired);

    expect(await reverseEvent(scope, by)).toMatchObject({ reverses: event, replayed: false });
    expect(await reverseEvent(scope, by)).toMatchObject({ reverses: event, replayed: true });
  });

  test('by subject takes the latest that is not reversed, and the same under its key again', async () => {
    const { scope } = await fresh();
    await chain(scope, 'ann', 'bob');
    await setTrigger(scope, 'visit', { ...fixed, levels: [] });
    const subject = { type: 'Photo', id: '31' };
    const fire = async () =>
      (await trigger(scope, { alias: 'visit', customer: 'bob', subject })).event;
    const [one, two, three] = [await fire(), await fire(), await fire()];
    const by = { alias: 'visit', subject } as const;

    const part = await reverseEvent(scope, { ...by, basisPoints: 5_000, idempotencyKey: 'a' });
    const rest = await reverseEvent(scope, { ...by, idempotencyKey: 'b' });
    const again = await reverseEvent(scope, { ...by, idempotencyKey: 'b' });
    const next = await reverseEvent(scope, by);
    const last = await reverseEvent(scope, by);
    const over = await reverseEvent(scope, by);
    const late = await reverseEvent(scope, { ...by, basisPoints: 5_000, idempotencyKey: 'a' });

    const reversed = [part, rest, again, next, last, over, late].map((done) => done.reverses);
    expect(reversed).toEqual([three, three, three, two, one, three, three]);
    expect(again).toEqual({ ...rest, replayed: true });
    expect([over.replayed, late.event]).toEqual([true, part.event]);
    expect(await settled(scope, 'bob')).toBe(0);
    expect(await codeOf(reverseEvent(scope, { ...by, idempotencyKey: 'b', basisPoints: 1 }))).toBe(
      'idempotency_conflict',
    );
    const other = { alias: 'visit', subject: { type: 'Photo', id: '32' } };
    expect(await codeOf(reverseEvent(scope, other))).toBe('not_found');
  });

  test('of two whose external ids and keys spell the same are two', async () => {
    const { scope } = await fresh();
    const event = await visited(scope);
    const other = await trigger(scope, { alias: 'visit', externalId: 'v1/a', customer: 'bob' });

    await reverseEvent(scope, { event, basisPoints: 5_000, idempotencyKey: 'a' });
    const done = await reverseEvent(scope, { event: other.event });

    expect(done).toMatchObject({ reverses: other.event, replayed: false });
  });

  test('is refused of what was skipped, is one itself, or is not there, and beyond the whole', async () => {
    const { scope } = await fresh();
    await ensureCustomer(scope, { customer: 'bob' });
    const skipped = await trigger(scope, { alias: 'visit', customer: 'bob' });
    const event = await visited(scope);
    const part = await reverseEvent(scope, { event, basisPoints: 6_000, idempotencyKey: 'a' });

    const codes = [
      await codeOf(reverseEvent(scope, { event: skipped.event })),
      await codeOf(reverseEvent(scope, { event: part.event })),
      await codeOf(reverseEvent(scope, { event: 'rev_none' })),
      await codeOf(reverseEvent(scope, { ...v1, basisPoints: 4_001, idempotencyKey: 'b' })),
      await codeOf(reverseEvent(scope, { ...v1, basisPoints: 4_000, idempotencyKey: 'a' })),
    ];

    expect(codes).toEqual([
      ...['not_reversible', 'not_reversible', 'not_found', 'not_reversible'],
      'idempotency_conflict',
    ]);
    expect(await settled(scope, 'ann')).toBe(40);
  });

  test('twenty at once take it once', async () => {
    const { scope } = await fresh();
    const event = await visited(scope);
    await credit(scope, { customer: 'ann', unit: 'points', amount: 500, source: 'test' });

    const done = await Promise.all(
      Array.from({ length: 20 }, () => reverseEvent(scope, { event })),
    );

    expect(done.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await settled(scope, 'ann')).toBe(500);
  });
});

describeReferrals(
  'reversals in shares',
  (fresh) => {
    test('add up to what was paid, whatever was spent between them', async () => {
      const shares = fc.array(fc.integer({ min: 1, max: 4_000 }), { minLength: 1, maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(
          ...[shares, fc.nat(120), fc.constantFrom('strict', 'allow_debt')],
          async (points, spent, clawback) => {
            const { scope } = await fresh();
            const event = await visited(scope, { clawback, levels: [{ level: 1, fixed: 97 }] });
            let outstanding = 0;
            let taken = 0;
            const reverse = async (input: object) => {
              const done = await reverseEvent(scope, { event, ...input });
              const own = done.rewards.find(({ customer }) => customer === 'ann');
              outstanding += own?.outstanding ?? 0;
              taken -= own?.amount ?? 0;
            };

            let left = 10_000;
            for (const [index, one] of points.entries()) {
              if (index === 1) await use(scope, 'ann', spent).catch(() => null);
              const basisPoints = Math.min(one, left - 1);
              if (basisPoints < 1) continue;
              left -= basisPoints;
              await reverse({ basisPoints, idempotencyKey: `s${index}` });
            }
            const before = await settled(scope, 'ann');
            await reverse({});

            expect(taken).toBe(97);
            expect(clawback === 'strict' ? outstanding : 0).toBe(outstanding);
            expect(await settled(scope, 'ann')).toBeLessThanOrEqual(before);
            expect(await verify(scope)).toEqual(clean);
          },
        ),
        { numRuns: 12 },
      );
    }, 60_000);
  },
  ['pglite'],
);
