/**
 * Which rate holds: an operator's, the host's, a provider's young enough sheet; and that nothing else ever does.
 */

import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { catalog } from '#test/books.ts';
import { describeMigrated, type MigratedDatabase, openTestScope } from '#test/kernel.ts';
import { defineCatalog } from '../catalog/index.ts';
import { convertAmount, multiplyDecimals, type Scope, shownDecimal } from '../kernel/index.ts';
import { setSetting } from '../settings/index.ts';
import {
  convertMoney,
  createRateDesk,
  findRate,
  fixedRates,
  listManualRates,
  listRates,
  listSources,
  type RateProvider,
  type RateSheet,
  refreshRates,
  setRate,
  unsetRate,
} from './index.ts';

const { spec } = defineCatalog({
  units: {
    EUR: { scale: 2 },
    USD: { scale: 2 },
    JPY: { scale: 0 },
    points: { scale: 6 },
    gold: { scale: 3 },
  },
  features: {},
  plans: {},
});

type Sent = RateSheet | Error | Promise<RateSheet>;
/** A provider that sends what it is told, and counts. */
function provider(name: string, send: () => Sent) {
  const state = { asked: 0 };
  const made: RateProvider = {
    name,
    async read() {
      state.asked += 1;
      const sent = await send();
      if (sent instanceof Error) throw sent;
      return sent;
    },
  };
  return { made, state };
}
const euro = (day = '2026-01-09', usd = '1.25'): RateSheet => ({
  ...{ base: 'EUR', at: new Date(day) },
  rates: { USD: { of: usd, per: '1' }, JPY: { of: '160', per: '1' } },
});

let tenants = 0;

describeMigrated('rates', (make) => {
  let home: MigratedDatabase;
  beforeAll(async () => {
    home = await make();
  });
  /** Providers are shared by all tenants: each test has its own names. */
  const named = () => `P${++tenants}`;
  async function opened(providers: readonly RateProvider[], more: object = {}) {
    const tenant = `rates${++tenants}`;
    const rateDesk = createRateDesk(providers);
    const ports = { catalog: spec, rateDesk, ...more };
    return (moment = '2026-01-10T12:00:00Z') =>
      openTestScope(home.database, { tenant, now: new Date(moment), ports });
  }
  const toDollars = (scope: Scope) =>
    findRate(scope, { from: 'EUR', to: 'USD' }).then(
      ({ of, per, source }) => ({ of, per, source }),
      ({ code }) => code,
    );

  test('a provider’s sheet holds for 26 hours from its fetching, then the rate is missing', async () => {
    const ecb = provider(named(), () => euro());
    const at = await opened([ecb.made]);
    const before = await toDollars(await at());

    const refreshed = await refreshRates(await at(), { now: false });
    const after = await toDollars(await at('2026-01-11T13:59:59Z'));
    const late = await toDollars(await at('2026-01-11T14:00:00Z'));
    await setSetting(await at(), { key: 'rates.maxAge', value: 'PT27H' });

    expect(before).toBe('rate_missing');
    expect(refreshed).toEqual([{ provider: ecb.made.name, status: 'fetched' }]);
    expect(after).toEqual({ of: '1.25', per: '1', source: ecb.made.name });
    expect(late).toBe('rate_missing');
    expect(await toDollars(await at('2026-01-11T14:00:00Z'))).toMatchObject({ of: '1.25' });
    expect(await listSources(await at())).toMatchObject([
      { base: 'EUR', isUsed: true, currencies: 3 },
    ]);
  });

  test('a provider that fails leaves the last sheet in force, is not asked again for a minute, and stops no other', async () => {
    let sent: Sent = euro();
    const ecb = provider(named(), () => sent);
    const other = provider(named(), () => euro('2026-01-09', '1.5'));
    const at = await opened([ecb.made, other.made]);
    await refreshRates(await at(), { now: true });
    sent = new Error('away');
    const later = await at('2026-01-10T19:00:00Z');

    const statuses = [
      await refreshRates(later, { now: false }),
      await refreshRates(later, { now: true }),
    ];

    expect(statuses.map((all) => all.map(({ status }) => status))).toEqual([
      ['failed', 'fetched'],
      ['waiting', 'fetched'],
    ]);
    expect(ecb.state.asked).toBe(2);
    expect(await toDollars(later)).toMatchObject({ of: '1.25' });
    // Once the first is too old, the second is asked.
    expect(await toDollars(await at('2026-01-11T15:00:00Z'))).toMatchObject({ of: '1.5' });
  });

  test.each<[string, () => Sent]>([
    ['is older than the one that is known', () => euro('2026-01-08', '9')],
    ['is stale', () => euro('2025-12-01', '9')],
    ['has a rate of zero', () => euro('2026-01-10', '0')],
    ['is no sheet', () => ({}) as RateSheet],
  ])('a sheet that %s is not taken', async (_, then) => {
    let send: () => Sent = () => euro();
    const ecb = provider(named(), () => send());
    const at = await opened([ecb.made]);
    await refreshRates(await at(), { now: true });
    send = then;

    const [status] = await refreshRates(await at('2026-01-10T20:00:00Z'), { now: true });

    expect(status?.status).toBe('failed');
    expect(await toDollars(await at())).toMatchObject({ of: '1.25' });
  });

  test('what is missing is fetched on demand only where the setting says so, once for all who ask at once, and never inside a transaction', async () => {
    const ecb = provider(named(), () => euro());
    const at = await opened([ecb.made]);
    const scope = await at();

    const off = await toDollars(scope);
    await setSetting(scope, { key: 'rates.fetchOnDemand', value: true });
    const inside = await scope.transaction((inner) => toDollars(inner));
    const asked = ecb.state.asked;
    const all = await Promise.all(Array.from({ length: 10 }, () => toDollars(scope)));

    expect([off, inside, asked]).toEqual(['rate_missing', 'rate_missing', 0]);
    expect(all.every((one) => typeof one === 'object' && one.of === '1.25')).toBe(true);
    expect(ecb.state.asked).toBe(1);
    expect(await scope.transaction((inner) => toDollars(inner))).toMatchObject({ of: '1.25' });
  });

  test('two processes that ask at once fetch a sheet once', async () => {
    const name = named();
    const [one, other] = [provider(name, () => euro()), provider(name, () => euro())];
    const scopes = await Promise.all(
      [one, other].map(async ({ made }) => (await opened([made]))()),
    );

    const statuses = await Promise.all(scopes.map((scope) => refreshRates(scope, { now: false })));

    expect(one.state.asked + other.state.asked).toBe(1);
    expect(
      statuses
        .flat()
        .map(({ status }) => status)
        .toSorted(),
    ).toEqual(['fetched', 'waiting']);
  });

  test('a tenant’s own rate comes before all others, upside down too, and for that tenant alone', async () => {
    const ecb = provider(named(), () => euro());
    const at = await opened([ecb.made]);
    const other = await opened([ecb.made]);
    await refreshRates(await at(), { now: true });

    const first = await setRate(await at(), { from: 'EUR', to: 'USD', rate: '1.1' });
    const second = await setRate(await at(), { from: 'EUR', to: 'USD', rate: '1.2' });
    const back = await findRate(await at(), { from: 'USD', to: 'EUR' });
    const mine = await toDollars(await at());
    const theirs = await toDollars(await other());
    const listed = await listManualRates(await at());
    const gone = await unsetRate(await at(), { from: 'EUR', to: 'USD' });

    expect([first.old, second.old]).toEqual([null, '1.1']);
    expect(mine).toEqual({ of: '1.2', per: '1', source: 'manual' });
    expect(back).toMatchObject({ of: '1', per: '1.2', source: 'manual' });
    expect(theirs).toMatchObject({ of: '1.25' });
    expect(listed).toMatchObject([{ from: 'EUR', to: 'USD', rate: '1.2' }]);
    expect([gone, await unsetRate(await at(), { from: 'EUR', to: 'USD' })]).toEqual([
      ...[{ old: '1.2' }, { old: null }],
    ]);
    expect(await toDollars(await at())).toMatchObject({ of: '1.25' });
  });

  test.each([
    ['0', 'USD', 'validation'],
    ['1,5', 'USD', 'validation'],
    ['-1', 'USD', 'validation'],
    ['1e3', 'USD', 'validation'],
    ['1.1', 'EUR', 'validation'],
    ['1.1', 'XAU', 'unit_unknown'],
  ])('%s for EUR to %s is refused as a rate', async (rate, to, code) => {
    const scope = await (await opened([]))();

    await expect(setRate(scope, { from: 'EUR', to, rate })).rejects.toMatchObject({ code });
    expect(await listManualRates(scope)).toEqual([]);
  });

  test('points stand for their base unless there is a rate of their own, and are told with ten decimals', async () => {
    const ecb = provider(named(), () => euro());
    const at = await opened([ecb.made]);
    await refreshRates(await at(), { now: true });
    const scope = await at();

    const listed = await listRates(scope);
    const dollars = await convertMoney(scope, { from: 'points', to: 'USD', amount: 3_000_000 });
    await setSetting(scope, { key: 'points.base', value: 'USD' });
    const based = await listRates(scope);

    expect(listed).toEqual({
      base: { code: 'EUR', name: 'Euro' },
      rates: [
        { code: 'points', name: 'Points', rate: '1.0000000000' },
        { code: 'EUR', name: 'Euro', rate: '1.0000000000' },
        { code: 'USD', name: 'US Dollar', rate: '1.2500000000' },
        { code: 'JPY', name: 'Japanese Yen', rate: '160.0000000000' },
      ],
    });
    expect(dollars).toMatchObject({ amount: 375, unit: 'USD', rate: { of: '1.25' } });
    expect(based.rates.map(({ rate }) => rate)).toEqual([
      ...['1.0000000000', '0.8000000000', '1.0000000000', '128.0000000000'],
    ]);
  });

  test('the list is missing while points are off, and unavailable while a currency has no rate', async () => {
    const scope = await (await opened([provider(named(), () => euro()).made]))();

    await expect(listRates(scope)).rejects.toMatchObject({ code: 'rate_missing', status: 503 });
    await setSetting(scope, { key: 'points.enabled', value: false });
    await expect(listRates(scope)).rejects.toMatchObject({ code: 'not_found', status: 404 });
  });

  test('without any source of rates points stand for nothing', async () => {
    const scope = await openTestScope(home.database, {
      tenant: `rates${++tenants}`,
      ports: { catalog: catalog.spec },
    });

    await expect(findRate(scope, { from: 'EUR', to: 'points' })).rejects.toMatchObject({
      code: 'rate_missing',
    });
  });

  test('a conversion is rounded once, half up, at what is paid or at the decimals that are asked for', async () => {
    const rates = fixedRates({
      base: 'EUR',
      rates: { points: '1.234567', JPY: '160.5', USD: '1.005' },
    });
    const scope = await (await opened([], { rateDesk: undefined, rates }))();
    const of = async (to: string, amount: number, decimals?: number) =>
      (await convertMoney(scope, { from: 'EUR', to, amount, decimals })).amount;

    expect(await of('JPY', 1)).toBe(2);
    expect(await of('USD', 100)).toBe(101);
    expect(await of('points', 100)).toBe(1_230_000);
    expect(await of('points', 100, 6)).toBe(1_234_567);
    expect(await of('points', 100, 0)).toBe(1_000_000);
    expect(await of('EUR', 123, 0)).toBe(123);
    await expect(of('JPY', 1, 1)).rejects.toMatchObject({ code: 'validation' });
  });
});

describe('decimals', () => {
  const decimal = fc
    .tuple(fc.bigInt({ min: 1n, max: 999_999_999_999n }), fc.integer({ min: 0, max: 12 }))
    .map(([digits, scale]) => {
      const text = String(digits).padStart(scale + 1, '0');
      return scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`;
    });
  const plain = (text: string) => {
    const [whole = '', fraction = ''] = text.split('.');
    return { digits: BigInt(whole + fraction), scale: fraction.length };
  };

  test('a product of two decimals is exact, and reads back as itself', () => {
    fc.assert(
      fc.property(decimal, decimal, (one, other) => {
        const [a, b, product] = [plain(one), plain(other), plain(multiplyDecimals(one, other))];
        const shift = BigInt(a.scale + b.scale - product.scale);
        expect(product.digits * 10n ** shift).toBe(a.digits * b.digits);
      }),
    );
  });

  test('a rate at ten decimals is off by half of the last at most, and whole where the quotient is', () => {
    fc.assert(
      fc.property(decimal, decimal, (of, per) => {
        const [a, b, shown] = [plain(of), plain(per), plain(shownDecimal({ of, per }, 10))];
        // |shown - of/per| * 2 <= 10^-10, all over the same denominator.
        const exact = a.digits * 10n ** BigInt(b.scale) * 10n ** 10n;
        const denominator = b.digits * 10n ** BigInt(a.scale);
        const off = shown.digits * denominator - exact;
        expect(2n * (off < 0n ? -off : off)).toBeLessThanOrEqual(denominator);
      }),
    );
  });

  test('through a third unit of a sheet one gets what the direct rate gives, and there and back what one had', () => {
    const tables = fc.record({ A: decimal, B: decimal });
    fc.assert(
      fc.property(tables, fc.integer({ min: 1, max: 1_000_000 }), (table, amount) => {
        const rates = fixedRates({ base: 'X', rates: table });
        const rate = (from: string, to: string) =>
          rates.find({ tenant: 't', from, to }) as { of: string; per: string };
        const [there, back] = [rate('A', 'B'), rate('B', 'A')];
        // Exact quotients: A to B is A to X times X to B, and B to A its reverse.
        expect([back.of, back.per]).toEqual([there.per, there.of]);
        const through = {
          of: multiplyDecimals(rate('A', 'X').of, rate('X', 'B').of),
          per: multiplyDecimals(rate('A', 'X').per, rate('X', 'B').per),
        };
        const scales = { from: 2, to: 2, rounding: 'down' } as const;
        const direct = attempt(() => convertAmount(amount, there, scales));
        expect(attempt(() => convertAmount(amount, through, scales))).toEqual(direct);
        if (direct)
          expect(
            attempt(() => convertAmount(direct.amount, back, scales))?.amount ?? 0,
          ).toBeLessThanOrEqual(amount);
      }),
    );
  });

  function attempt<T>(work: () => T): T | null {
    try {
      return work();
    } catch {
      return null;
    }
  }
});
