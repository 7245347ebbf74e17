/**
 * A catalogue that is right is completed; one that is wrong throws at once, with every mistake and where it stands.
 */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineCatalog } from './define-catalog.ts';
import { CatalogError } from './errors.ts';

/** As a host in JavaScript writes it: nothing is checked before it runs. */
const define = defineCatalog as (catalog: unknown) => ReturnType<typeof defineCatalog>;

function mistakesOf(catalog: unknown): Record<string, string> {
  try {
    define(catalog);
  } catch (error) {
    if (!(error instanceof CatalogError)) throw error;
    expect(error.code).toBe('catalog');
    for (const { pointer, detail } of error.errors)
      expect(error.message).toContain(`${pointer}: ${detail}`);
    return Object.fromEntries(error.errors.map(({ pointer, detail }) => [pointer, detail]));
  }
  return {};
}

const features = {
  exports: { kind: 'boolean' },
  calls: { kind: 'metered' },
  seats: { kind: 'gauge' },
  size: { kind: 'config', schema: z.number().int() },
  name: { kind: 'config', schema: z.object({ own: z.string() }) },
};

test('what is left out has its default', () => {
  const { spec } = defineCatalog({
    units: { EUR: { scale: 2 }, points: {} },
    features: { calls: { kind: 'metered' }, seats: { kind: 'gauge' } },
    plans: {
      bare: {},
      paid: { billing: 'order', price: { EUR: 100 } },
      endless: { period: 'infinite', family: null },
    },
  });

  expect(spec.units).toMatchObject({
    EUR: { kind: 'currency', scale: 2, floor: 0, ceiling: null },
    points: { kind: 'credit', scale: 0, floor: 0, ceiling: null },
    calls: { kind: 'metered', scale: 0 },
    seats: { kind: 'gauge', scale: 0 },
  });
  expect(spec.plans.bare).toEqual({
    ...{ key: 'bare', period: 'P1Y', trial: null, pastDue: null, billing: 'none', price: {} },
    ...{ selfService: false, default: false, family: 'main', fallback: null, features: {} },
  });
  expect(spec.plans.paid).toMatchObject({ pastDue: 'P3D' });
  expect(spec.plans.endless).toMatchObject({ period: null, family: null });
});

test('undefined is the same as left out, everywhere', () => {
  const plain = defineCatalog({ features: { calls: { kind: 'metered' } }, plans: { solo: {} } });

  const said = defineCatalog({
    units: undefined,
    features: { calls: { kind: 'metered', title: undefined, credits: undefined } },
    plans: {
      solo: { period: undefined, family: undefined, price: undefined, features: undefined },
    },
    offers: undefined,
  });

  expect(said.spec).toEqual(plain.spec);
});

test('every mistake is listed, whichever part it is in and however the others are wrong', () => {
  const mistakes = mistakesOf({
    units: { EUR: { scale: 2.5, sclae: 2 }, calls: {} },
    features: {
      ...features,
      broken: { kind: 'metred' },
      tokens: { kind: 'metered', credits: { unit: 'pionts', cost: 0 } },
      other: { kind: 'metered', credits: { unit: 'pionts', cost: 1 } },
    },
    plans: {
      pro: {
        period: 'monthly',
        price: { USD: 1 },
        features: { nope: true, calls: true, broken: true },
      },
      free: { default: true, fallback: 'gone' },
      solo: { default: true },
    },
    offers: { pack: { cycle: 'hourly', grants: { exports: 1, tokens: 5, EUR: 1 } } },
    ofers: {},
  });

  expect(Object.keys(mistakes).sort()).toEqual(
    [
      '/features/broken/kind',
      '/features/other/credits/unit',
      '/features/tokens/credits/cost',
      '/offers/pack/cycle',
      '/offers/pack/grants/exports',
      '/ofers',
      '/plans/free/fallback',
      '/plans/pro/features/calls',
      '/plans/pro/features/nope',
      '/plans/pro/period',
      '/plans/pro/price/USD',
      '/plans/solo/default',
      '/units/EUR/scale',
      '/units/EUR/sclae',
      '/units/calls',
    ].sort(),
  );
});

test.each([
  ['nothing', undefined, ''],
  ['no features', {}, '/features'],
  ['units that are a list', { units: [], features: {} }, '/units'],
  ['a feature without a kind', { features: { x: {} } }, '/features/x/kind'],
  [
    'an option of another kind',
    { features: { x: { kind: 'boolean', credits: {} } } },
    '/features/x/credits',
  ],
  ['a config without a schema', { features: { x: { kind: 'config' } } }, '/features/x/schema'],
  ['a key with a slash', { features: { 'a/b': { kind: 'boolean' } } }, '/features/a/b'],
  ['a key with a NUL', { features: { 'a\0': { kind: 'boolean' } } }, '/features/a\0'],
  [
    'a key with half a character',
    { features: { 'a\ud800': { kind: 'boolean' } } },
    '/features/a\ud800',
  ],
  [
    'a title with a NUL',
    { features: { x: { kind: 'boolean', title: 'a\0' } } },
    '/features/x/title',
  ],
  ['a scale of 10', { units: { X: { scale: 10 } }, features: {} }, '/units/X/scale'],
  [
    'a floor above the maximum',
    { units: { X: { floor: 5, max: 1 } }, features: {} },
    '/units/X/max',
  ],
  [
    'credits of itself',
    { features: { x: { kind: 'metered', credits: { unit: 'x', cost: 1 } } } },
    '/features/x/credits/unit',
  ],
] as [string, unknown, string][])('%s is refused', (_, catalog, pointer) => {
  expect(Object.keys(mistakesOf(catalog))).toEqual([pointer]);
});

test.each([
  ['a period of no length', { period: 'P0D' }, 'period'],
  ['a trial of no length', { trial: 'PT0S' }, 'trial'],
  ['a past-due window that is no duration', { pastDue: 'P3X' }, 'pastDue'],
  ['no past-due window where one pays', { billing: 'order', pastDue: 'P0D' }, 'pastDue'],
  ['a default that stacks', { default: true, family: null }, 'default'],
  ['a price below zero', { price: { EUR: -1 } }, 'price/EUR'],
  ['a price with a fraction', { price: { EUR: 9.99 } }, 'price/EUR'],
  [
    'an endless quota without a period',
    { selfService: true, period: 'infinite', features: { calls: { quota: 1 } } },
    'period',
  ],
  ['an inherited name', { features: { toString: true } }, 'features/toString'],
  ['a quota below zero', { features: { calls: { quota: -1 } } }, 'features/calls/quota'],
  ['a quota with a fraction', { features: { calls: { quota: 1.5 } } }, 'features/calls/quota'],
  [
    'a quota past what can be counted',
    { features: { calls: { quota: 2 ** 53 } } },
    'features/calls/quota',
  ],
  [
    'a typo in an item',
    { features: { calls: { quota: 1, rolover: {} } } },
    'features/calls/rolover',
  ],
  [
    'a rollover of what is unlimited',
    { features: { calls: { quota: 'unlimited', rollover: { max: 1 } } } },
    'features/calls',
  ],
  [
    'overage on a hard limit',
    { features: { calls: { quota: 1, overageMax: 1 } } },
    'features/calls',
  ],
  [
    'credits that are no unit',
    { features: { calls: { quota: 1, credits: { unit: 'x', cost: 1 } } } },
    'features/calls/credits/unit',
  ],
  ['a quota on a boolean feature', { features: { exports: { quota: 1 } } }, 'features/exports'],
  [
    'a cap in parts of no length',
    { features: { calls: { quota: 300, window: { per: 'P0D', max: 10 } } } },
    'features/calls/window/per',
  ],
  [
    'a cap that lets nothing through',
    { features: { calls: { quota: 300, window: { per: 'P1D', max: 0 } } } },
    'features/calls/window/max',
  ],
  [
    'a rollover on a gauge',
    { features: { seats: { quota: 1, rollover: { max: 1 } } } },
    'features/seats/rollover',
  ],
  ['a value its schema refuses', { features: { size: 'big' } }, 'features/size'],
  ['a value no database holds', { features: { name: { own: 'a\0' } } }, 'features/name/own'],
] as [string, object, string][])('a plan with %s is refused', (_, plan, pointer) => {
  const mistakes = mistakesOf({ units: { EUR: { scale: 2 } }, features, plans: { pro: plan } });

  expect(Object.keys(mistakes)).toEqual([`/plans/pro/${pointer}`]);
});

test('a value that JSON would change, or a schema that waits, is refused', () => {
  const mistakes = mistakesOf({
    features: {
      since: { kind: 'config', schema: z.date() },
      slow: { kind: 'config', schema: z.number().refine(async () => true) },
    },
    plans: { pro: { features: { since: new Date(0), slow: 1 } } },
  });

  expect(Object.keys(mistakes)).toEqual(['/plans/pro/features/since', '/plans/pro/features/slow']);
});

const sold = (offers: object) => ({ units: { EUR: { scale: 2 } }, features, offers });

test('an offer has its defaults, a cycle in ISO 8601, and the price of its plan', () => {
  const { spec } = defineCatalog({
    units: { EUR: { scale: 2 } },
    features: { calls: { kind: 'metered' } },
    plans: { pro: { price: { EUR: 2900 } } },
    offers: {
      bare: {},
      planned: { plan: 'pro', cycle: 'bi-weekly' },
      full: {
        ...{ title: 'Full', group: 'calls', kind: 'tokens', price: { EUR: 500 }, cycle: 'P2W' },
        ...{ grants: { calls: 10 }, tags: ['a', 'a', 'b'], limit: { quantity: 2 } },
        ...{ unlockedBy: ['calls', 'calls'], override: { key: 'k' }, popular: 1, append: true },
        ...{ notBeforeStart: true, archived: true },
        items: [{ offer: 'bare' }, { offer: 'planned', quantity: 3, cycle: 'PT90S' }],
      },
    },
  });

  expect(spec.offers.bare).toEqual({
    ...{ key: 'bare', title: null, group: null, kind: null, price: {}, plan: null, cycle: null },
    ...{ grants: {}, tags: [], limit: null, unlockedBy: [], override: null, popular: null },
    ...{ append: false, notBeforeStart: false, archived: false, items: [] },
  });
  expect(spec.offers.planned).toMatchObject({ price: { EUR: 2900 }, cycle: 'P14D' });
  expect(spec.offers.full).toEqual({
    ...{ key: 'full', title: 'Full', group: 'calls', kind: 'tokens', price: { EUR: 500 } },
    ...{ plan: null, cycle: 'P14D', grants: { calls: 10 }, tags: ['a', 'b'] },
    ...{ limit: { quantity: 2, per: 'customer' }, unlockedBy: ['calls'], popular: 1 },
    ...{ override: { key: 'k', weight: 0 }, append: true, notBeforeStart: true, archived: true },
    items: [
      { offer: 'bare', quantity: 1 },
      { offer: 'planned', quantity: 3, cycle: 'PT90S' },
    ],
  });
});

test.each([
  ...['once', 'daily', 'weekly', 'bi-weekly', 'monthly', 'trimester', 'semester', 'yearly'],
  ...['P1D', 'P1W', 'P45D', 'P12M', 'P1Y', 'P366D', 'PT1S', 'PT90000S'],
])('a cycle may be %s', (cycle) => {
  expect(mistakesOf(sold({ pack: { cycle } }))).toEqual({});
});

test.each(['hourly', 'P0D', 'PT0S', 'P13M', 'P2Y', 'P367D', 'P1DT1S', 'P1.5D', 'custom', 60])(
  'a cycle may not be %s',
  (cycle) => {
    expect(Object.keys(mistakesOf(sold({ pack: { cycle } })))).toEqual(['/offers/pack/cycle']);
  },
);

test.each([
  ['a limit of nothing', { limit: { quantity: 0 } }, 'limit/quantity'],
  ['a limit per something else', { limit: { quantity: 1, per: 'year' } }, 'limit/per'],
  ['a group that nobody sells', { unlockedBy: ['calls', 'nope'] }, 'unlockedBy/1'],
  ['an item that is not there', { items: [{ offer: 'nope' }] }, 'items/0/offer'],
  ['itself in it', { items: [{ offer: 'pack' }] }, 'items/0/offer'],
  ['a bundle in it', { items: [{ offer: 'bundle' }] }, 'items/0/offer'],
  ['an item twice', { items: [{ offer: 'one' }, { offer: 'one' }] }, 'items/1/offer'],
  ['half an item', { items: [{ offer: 'one', quantity: 0.5 }] }, 'items/0/quantity'],
  ['a grant of nothing', { grants: { calls: 0 } }, 'grants/calls'],
  ['a weight without a key', { override: { weight: 1 } }, 'override/key'],
] as [string, object, string][])('an offer with %s is refused', (_, pack, pointer) => {
  const others = { one: { group: 'calls' }, bundle: { items: [{ offer: 'one' }] } };

  expect(Object.keys(mistakesOf(sold({ ...others, pack })))).toEqual([`/offers/pack/${pointer}`]);
});
