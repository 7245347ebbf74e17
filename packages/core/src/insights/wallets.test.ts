/**
 * Flows and liability: by hand from a few movements, and, whatever was done, what the raw rows add up to once every balance is booked,
 * told before anything is.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeBooks, fill, noon, place, source, take } from '#test/fresh-books.ts';
import { ensureCustomer } from '../customers/index.ts';
import {
  addDuration,
  instant,
  integer,
  type Scope,
  sql,
  text,
  textOrNull,
} from '../kernel/index.ts';
import {
  captureHold,
  credit,
  readBalance,
  releaseHold,
  setExpiry,
  settleDue,
  spend,
  transfer,
} from '../ledger/index.ts';
import { cancelSubscription, createSubscription } from '../subscriptions/index.ts';
import { type Liability, sumLiability, type WalletFlows, walletFlows } from './index.ts';

const on = (day: string) => new Date(`${day}T12:00:00Z`);
const only = <T>([one, ...others]: readonly T[]): T => {
  expect(others).toEqual([]);
  if (!one) throw new Error('There is none.');
  return one;
};
const flowsOf = ({ months }: WalletFlows) =>
  months.map((month) => [
    ...[month.key, month.in.amount, month.out.amount],
    month.flows
      .filter(({ amount }) => amount.amount !== 0)
      .map(({ kind, source: from, amount }) => `${kind} ${from} ${amount.amount}`),
  ]);
const stocksOf = ({ unit, sources, withdrawals: _, ...sums }: Liability) => ({
  unit,
  ...Object.fromEntries(
    Object.entries(sums).map(([name, one]) => [name, (one as { amount: number }).amount]),
  ),
  sources: sources.map((one) => [
    ...[one.source, one.unspent.amount, one.waiting.amount, one.expired.amount],
  ]),
});

describeBooks('figures over all wallets', (fresh) => {
  test('flows are by month, kind and source, with months in which nothing moved', async () => {
    const { books } = await fresh();
    const january = await books.at(on('2026-01-10'));
    await fill(january, 100, { grantSource: 'order', expiresAt: on('2026-03-05') });
    await fill(january, 30, { grantSource: 'promotion' });
    await fill(january, 1, { customer: 'bob', grantSource: 'promotion' });
    await take(january, 'points', 40);
    await transfer(january, { from: 'ann', to: 'bob', unit: 'points', amount: 5, source });
    const march = await books.at(on('2026-03-01'));
    const { id } = await place(march, 'points', 10);
    await captureHold(march, { hold: id, amount: 7, source });

    const now = await books.at('2026-04-01T00:00:00Z');
    const flows = only(await walletFlows(now, { months: 4 }));

    expect(flowsOf(flows)).toEqual([
      [
        ...['2026-01', 136, -45],
        [
          ...['credit order 100', 'credit promotion 31', 'credit transfer 5'],
          ...['debit transfer -5', 'debit usage -40'],
        ],
      ],
      ['2026-02', 0, 0, []],
      // What had an end was spent first; bob's five went with that end.
      ['2026-03', 0, -60, ['capture usage -7', 'expiry order -48', 'expiry transfer -5']],
      ['2026-04', 0, 0, []],
    ]);
    const pairs = flows.months.map((month) => month.flows.map((one) => [one.kind, one.source]));
    expect(new Set(pairs.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(flows.months[0]?.in).toEqual({
      ...{ amount: 136, unit: 'points', scale: 0, formatted: '136' },
    });
  });

  test('of a unit without any movement there are months all the same, and gauges have no wallet', async () => {
    const { books } = await fresh();
    const now = await books.at(on('2026-04-10'));

    const euros = only(await walletFlows(now, { unit: 'EUR', months: 2 }));

    expect(flowsOf(euros)).toEqual([
      ['2026-03', 0, 0, []],
      ['2026-04', 0, 0, []],
    ]);
    expect(stocksOf(only(await sumLiability(now, { unit: 'EUR' })))).toEqual({
      ...{ unit: 'EUR', paid: 0, promotional: 0, other: 0, breakage: 0, held: 0, uncovered: 0 },
      ...{ settled: 0, sources: [] },
    });
    expect(await walletFlows(now)).toEqual([]);
    expect(await sumLiability(now)).toEqual([]);
    expect(await walletFlows(now, { unit: 'seats' })).toEqual([]);
    await expect(walletFlows(now, { unit: 'gold' })).rejects.toMatchObject({
      code: 'unit_unknown',
    });
    await expect(sumLiability(now, { months: 0 })).rejects.toMatchObject({ code: 'validation' });
  });

  test('liability parts what was bought from what was given, and tells what ended though nobody has touched it', async () => {
    const { books } = await fresh();
    const january = await books.at(on('2026-01-10'));
    await fill(january, 100, { grantSource: 'order', expiresAt: on('2026-02-20') });
    await fill(january, 50, { grantSource: 'top_up' });
    await fill(january, 30, { grantSource: 'promotion', expiresAt: on('2026-02-25') });
    await fill(january, 9, { grantSource: 'order', effectiveAt: on('2026-03-20'), waits: true });
    await take(january, 'points', 60);
    await place(january, 'points', 15, { hold: { id: 'hld_over', expiresAt: on('2026-02-22') } });
    await place(january, 'points', 30, { hold: { id: 'hld_open', expiresAt: null } });
    await spend(january, { customer: 'bob', unit: 'credit', amount: 20, source, request: null });

    const before = await sumLiability(january);
    const after = await sumLiability(await books.at(on('2026-03-01')), { months: 2 });
    const later = await sumLiability(await books.at(on('2026-04-01')), { months: 1 });

    expect(before.map(stocksOf)).toEqual([
      {
        ...{ unit: 'credit', paid: 0, promotional: 0, other: 0, breakage: 0, held: 0 },
        ...{ uncovered: 20, settled: -20, sources: [] },
      },
      {
        // 60 spent, 15 and 25 set aside of the order's; 5 of the promotion's.
        ...{ unit: 'points', paid: 59, promotional: 25, other: 0, breakage: 0, held: 45 },
        ...{ uncovered: 0, settled: 120 },
        sources: [
          ['order', 0, 9, 0],
          ['promotion', 25, 0, 0],
          ['top_up', 50, 0, 0],
        ],
      },
    ]);
    // The order had ended when what the hold had set aside of it came back.
    expect(after.map(stocksOf)[1]).toEqual({
      ...{ unit: 'points', paid: 59, promotional: 0, other: 0, breakage: 15, held: 30 },
      ...{ uncovered: 0, settled: 80 },
      sources: [
        ['order', 0, 9, 15],
        ['promotion', 0, 0, 25],
        ['top_up', 50, 0, 0],
      ],
    });
    expect(later.map(stocksOf)[1]).toMatchObject({ paid: 59, breakage: 0, settled: 89 });
  });

  test('what a plan without limit pays for is no use of what was bought, and what was used beyond a soft quota is no debt', async () => {
    const { books } = await fresh();
    const january = await books.at(on('2026-01-10'));
    await createSubscription(january, { customer: 'ann', plan: 'pro' });
    await fill(january, 40, { unit: 'reports', grantSource: 'order' });
    await take(january, 'reports', 25);
    await take(january, 'exports', 7);

    const now = await books.at(on('2026-01-11'));
    const told = Object.fromEntries(
      (await sumLiability(now)).map((one) => [one.unit, stocksOf(one)]),
    );

    expect(told.reports).toMatchObject({ paid: 40, uncovered: 0, settled: 40 });
    expect(told.exports).toBeUndefined();
    expect(flowsOf(only(await walletFlows(now, { unit: 'exports', months: 1 })))).toEqual([
      ['2026-01', 7, -7, ['credit overage 2', 'credit plan 5', 'debit usage -7']],
    ]);
  });

  const customers = ['ann', 'bob', 'cas', 'dan'] as const;
  const units = ['points', 'credit', 'reports', 'exports', 'api-calls'] as const;
  const steps = fc.array(
    fc.record({
      what: fc.constantFrom(
        ...([
          'credit',
          'credit',
          'credit',
          'spend',
          'spend',
          'hold',
          'hold',
          'capture',
          'release',
        ] as const),
        ...(['transfer', 'expiry', 'subscribe', 'cancel', 'time', 'time'] as const),
      ),
      customer: fc.constantFrom(...customers),
      unit: fc.constantFrom(...units),
      from: fc.constantFrom('order', 'top_up', 'promotion', 'reward', 'adjustment', 'refund'),
      amount: fc.integer({ min: 1, max: 60 }),
      hours: fc.integer({ min: 1, max: 900 }),
      lasts: fc.option(fc.integer({ min: 1, max: 1_500 }), { nil: null }),
      waits: fc.boolean(),
      priority: fc.constantFrom(0, 0, 1),
    }),
    { minLength: 8, maxLength: 35 },
  );

  /** Each kind once, so that none of them is refused in every story. */
  const everyStep = (
    [
      ...(['credit', 'hold', 'capture', 'hold', 'release', 'transfer', 'spend'] as const),
      ...(['expiry', 'subscribe', 'cancel', 'time'] as const),
    ] as const
  ).map((what) => ({
    ...{ what, customer: 'ann' as const, unit: 'points' as const, from: 'order' as const },
    ...{ amount: what === 'credit' ? 60 : 5, hours: 50, lasts: 100, waits: what !== 'credit' },
    priority: 0 as const,
  }));

  test('are what the rows add up to once all is booked, and are told before', async () => {
    const done = new Set<string>();
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 0, max: 1_500 }), async (story, rest) => {
        const { books } = await fresh();
        let now = new Date(noon);
        const holds: string[] = [];
        await ensureCustomer(await books.at(now), { customer: 'dan' });
        for (const step of story) {
          if (step.what === 'time') now = addDuration(now, `PT${step.hours}H`, 1, 'UTC');
          else if (await happen(await books.at(now), step, holds)) done.add(step.what);
        }
        now = addDuration(now, `PT${rest + 1}H`, 1, 'UTC');
        const scope = await books.at(now);

        const flows = await walletFlows(scope, { months: 9 });
        const liability = await sumLiability(scope, { months: 9 });
        const balances = [];
        for (const customer of customers)
          for (const unit of units)
            balances.push({ unit, ...(await readBalance(scope, { customer, unit })) });
        await settleAll(scope);

        expect(await walletFlows(scope, { months: 9 })).toEqual(flows);
        expect(await sumLiability(scope, { months: 9 })).toEqual(liability);
        const rows = await rawRows(scope);
        expect(flows.map((one) => [one.unit, flowsOf(one)])).toEqual(rows.flows(flows));
        expect(liability.map(stocksOf)).toEqual(liability.map(({ unit }) => rows.stocks(unit)));
        for (const { unit, settled, held } of liability) {
          const own = balances.filter((one) => one.unit === unit && one.exists);
          expect({ settled: settled.amount, held: held.amount }).toEqual({
            settled: own.reduce((sum, one) => sum + one.settled, 0),
            held: own.reduce((sum, one) => sum + one.held, 0),
          });
        }
      }),
      { numRuns: Number(process.env.BURSAR_PROPERTY_RUNS ?? 25), examples: [[everyStep, 900]] },
    );
    expect([...done].sort()).toEqual([
      ...[
        'cancel',
        'capture',
        'credit',
        'expiry',
        'hold',
        'release',
        'spend',
        'subscribe',
        'transfer',
      ],
    ]);
  });
});

type Step = {
  readonly what: string;
  readonly customer: string;
  readonly unit: string;
  readonly from: string;
  readonly amount: number;
  readonly lasts: number | null;
  readonly waits: boolean;
  readonly priority: number;
};

/** @returns False of what is refused: it is left undone. */
async function happen(scope: Scope, step: Step, holds: string[]): Promise<boolean> {
  const { what, customer, unit, amount, lasts, priority } = step;
  const later = (hours: number) => addDuration(scope.now, `PT${hours}H`, 1, 'UTC');
  const ends = lasts === null ? null : later(lasts + 200);
  const which = holds[amount % Math.max(1, holds.length)] ?? 'hld_none';
  const done: Record<string, () => Promise<unknown>> = {
    credit: () => {
      const begins = step.waits && { waits: true, effectiveAt: later(amount * 3) };
      const more = {
        grantSource: step.from,
        priority,
        ...(ends && { expiresAt: ends }),
        ...begins,
      };
      return credit(scope, { customer, unit, amount, source, ...more });
    },
    spend: () => spend(scope, { customer, unit, amount, source, request: null }),
    hold: async () => {
      const { id, answer } = await place(scope, unit, amount, {
        ...{ customer, hold: { id: `hld_${unit}_${Math.random()}`, expiresAt: ends } },
      });
      if (answer.allowed) holds.push(id);
    },
    capture: () => captureHold(scope, { hold: which, amount, final: step.waits, source }),
    release: () => releaseHold(scope, { hold: which }),
    transfer: () => transfer(scope, { from: customer, to: 'dan', unit, amount, source }),
    expiry: () =>
      setExpiry(scope, { customer, unit, expiresAt: later(lasts ?? 50), source } as never),
    subscribe: () => createSubscription(scope, { customer, plan: 'pro' }),
    cancel: () => cancelSubscription(scope, { customer, at: step.waits ? 'now' : 'boundary' }),
  };
  return (
    done[what]?.().then(
      () => true,
      () => false,
    ) ?? false
  );
}

async function settleAll(scope: Scope): Promise<void> {
  const ids = await scope.many(
    sql`select id from bursar.balances where tenant_id = ${scope.tenant.id}::int order by id`,
    (row) => integer(row.id),
  );
  for (const id of ids) await settleDue(scope, { id });
}

/** Everything that is booked, added up row by row. */
async function rawRows(scope: Scope) {
  const tenant = scope.tenant.id;
  const keys = sql`join bursar.balances as b on (b.tenant_id, b.id) = (row.tenant_id, row.balance_id)
    join bursar.units as u on (u.tenant_id, u.id) = (b.tenant_id, b.unit_id)`;
  const entries = await scope.many(
    sql`select u.key, row.kind, row.amount, row.counter, row.happened_at, g.source
          from bursar.entries as row ${keys} left join bursar.grants as g on (g.tenant_id, g.id) = (row.tenant_id, row.grant_id)
         where row.tenant_id = ${tenant}::int`,
    (row) => ({
      ...{ unit: text(row.key), kind: text(row.kind), amount: integer(row.amount) },
      from: textOrNull(row.source) ?? textOrNull(row.counter) ?? 'transfer',
      month: instant(row.happened_at).toISOString().slice(0, 7),
    }),
  );
  const grants = await scope.many(
    sql`select u.key, row.source, row.free, row.open, row.closed_at is null as lives
          from bursar.grants as row ${keys} where row.tenant_id = ${tenant}::int`,
    (row) => ({
      ...{ unit: text(row.key), from: text(row.source), free: integer(row.free) },
      ...{ open: row.open === true, lives: row.lives === true },
    }),
  );
  const legs = await scope.many(
    sql`select u.key, row.amount - row.captured - row.released as units
          from bursar.hold_legs as row ${keys} where row.tenant_id = ${tenant}::int and row.open`,
    (row) => ({ unit: text(row.key), units: integer(row.units) }),
  );
  const total = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0);
  return {
    flows: (like: readonly WalletFlows[]) =>
      [...new Set(entries.filter(({ amount }) => amount !== 0).map(({ unit }) => unit))]
        .sort()
        .map((unit) => [
          unit,
          (like[0]?.months ?? []).map(({ key }) => {
            const own = entries.filter((one) => one.unit === unit && one.month === key);
            const pairs = [...new Set(own.map(({ kind, from }) => `${kind} ${from}`))].sort();
            return [
              key,
              total(own.map(({ amount }) => Math.max(0, amount))),
              total(own.map(({ amount }) => Math.min(0, amount))) || 0,
              pairs
                .map(
                  (pair) =>
                    [
                      pair,
                      total(
                        own
                          .filter(({ kind, from }) => `${kind} ${from}` === pair)
                          .map(({ amount }) => amount),
                      ),
                    ] as const,
                )
                .filter(([, sum]) => sum !== 0)
                .map(([pair, sum]) => `${pair} ${sum}`),
            ];
          }),
        ]),
    stocks: (unit: string) => {
      const own = grants.filter((one) => one.unit === unit);
      const ended = entries.filter((one) => one.unit === unit && one.kind === 'expiry');
      const sources = [...new Set([...own, ...ended].map(({ from }) => from))]
        .sort()
        .map((from) => {
          const same = own.filter((one) => one.from === from && one.lives);
          return [
            from,
            total(same.filter(({ open }) => open).map(({ free }) => free)),
            total(same.filter(({ open }) => !open).map(({ free }) => free)),
            0 - total(ended.filter((one) => one.from === from).map(({ amount }) => amount)) || 0,
          ] as const;
        });
      const left = (names: readonly string[], is: boolean) =>
        total(
          sources
            .filter(([from]) => names.includes(from) === is)
            .map(([, unspent, waiting]) => unspent + waiting),
        );
      const settled = total(entries.filter((one) => one.unit === unit).map(({ amount }) => amount));
      const held = total(legs.filter((one) => one.unit === unit).map(({ units: one }) => one));
      const free = total(own.filter(({ open }) => open).map((one) => one.free));
      return {
        ...{
          unit,
          paid: left(['order', 'top_up'], true),
          promotional: left(['promotion', 'reward'], true),
        },
        other: left(['order', 'top_up', 'promotion', 'reward'], false),
        breakage: total(
          sources
            .filter(([from]) => ['order', 'top_up'].includes(from))
            .map(([, , , expired]) => expired),
        ),
        ...{ held, uncovered: free + held - settled, settled },
        sources: sources.filter(([, ...figures]) => figures.some(Boolean)),
      };
    },
  };
}
