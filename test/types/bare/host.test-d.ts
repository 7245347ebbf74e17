/**
 * A host that registered nothing: every key is a string, until its own kit's catalogue says more; and what a catalogue
 * itself refuses. Compiled, never run: it fails when a line marked as an error compiles, or any other does not.
 */
import { type Bursar, createBursar, defineCatalog } from '@bursar/core';
import { createTestBursar } from '@bursar/core/testing';

declare const anybody: Bursar;
anybody.consume({ customer: 'ann', feature: 'whatever' });
anybody.wallet.balance({ customer: 'ann', unit: 'whatever' });
// @ts-expect-error But not a number.
anybody.consume({ customer: 'ann', feature: 7 });

const catalog = defineCatalog({
  units: { points: {} },
  features: { exports: { kind: 'boolean' }, calls: { kind: 'metered' } },
  plans: { solo: { default: true, features: { exports: true, calls: { quota: 'unlimited' } } } },
});
const own = createBursar({ catalog, database: 'memory://' });
own.consume({ customer: 'ann', feature: 'calls' });
// @ts-expect-error This kit's catalogue has no such feature.
own.consume({ customer: 'ann', feature: 'whatever' });
(await createTestBursar({ catalog })).advance('P1M');

const shop = defineCatalog({
  units: { EUR: { scale: 2 } },
  features: { calls: { kind: 'metered' } },
  plans: { pro: { price: { EUR: 2900 } } },
  offers: { pack: { price: { EUR: 500 }, grants: { calls: 1000 } } },
});
const selling = createBursar({ catalog: shop, database: 'memory://' });
const { order, checkout } = await selling.orders.create({ customer: 'ann', offer: 'pack' });
if (checkout.kind === 'redirect') checkout.url satisfies string;
selling.orders.create({ customer: 'ann', plan: 'pro', quantity: 2, startsAt: new Date() });
selling.orders.confirm({ customer: 'ann', order: order.id, payment: 'manual' });
// @ts-expect-error No such offer.
selling.orders.create({ customer: 'ann', offer: 'pakc' });
// @ts-expect-error An offer or a plan, not both.
selling.orders.create({ customer: 'ann', offer: 'pack', plan: 'pro' });
// @ts-expect-error Nothing is ordered.
selling.orders.create({ customer: 'ann' });
selling.events.on('order.paid', ({ data }) => {
  data.offer satisfies string;
});
selling
  .customer('ann')
  .orders.create({ offer: 'pack', gateway: 'stripe', returnUrl: 'https://a.example' });

defineCatalog({
  // @ts-expect-error No such kind.
  features: { exports: { kind: 'bolean' } },
});
defineCatalog({
  // @ts-expect-error A boolean feature has no credits.
  features: { exports: { kind: 'boolean', credits: { unit: 'points', cost: 1 } } },
});
defineCatalog({
  features: { exports: { kind: 'boolean' } },
  // @ts-expect-error The feature is not declared.
  plans: { solo: { features: { export: true } } },
});
defineCatalog({
  features: { calls: { kind: 'metered' } },
  // @ts-expect-error A metered feature has a quota.
  plans: { solo: { features: { calls: true } } },
});
defineCatalog({
  units: { EUR: { scale: 2 } },
  features: {},
  // @ts-expect-error The unit is not declared.
  plans: { solo: { price: { USD: 100 } } },
});
defineCatalog({
  features: { calls: { kind: 'metered' } },
  offers: {
    one: { cycle: 'P1M', grants: { calls: 5 } },
    // @ts-expect-error No such offer to put into a bundle.
    two: { items: [{ offer: 'three' }] },
    // @ts-expect-error No cycle.
    four: { cycle: 'hourly' },
  },
});
defineCatalog({
  units: undefined,
  features: { calls: { kind: 'metered', title: undefined, credits: undefined } },
  plans: {
    solo: {
      period: undefined,
      price: undefined,
      features: { calls: { quota: 1, limit: undefined, rollover: { max: 1, expires: undefined } } },
    },
  },
  offers: undefined,
});
defineCatalog({
  features: { calls: { kind: 'metered' } },
  // @ts-expect-error What rolls over has a maximum.
  plans: { solo: { features: { calls: { quota: 1, rollover: { max: undefined } } } } },
});
defineCatalog({
  features: { calls: { kind: 'metered' } },
  // @ts-expect-error No such option.
  plans: { solo: { features: { calls: { quota: 1, rolover: { max: 1 } } } } },
});
defineCatalog({
  units: { EUR: { scale: 2 } },
  features: {},
  plans: { solo: {} },
  // @ts-expect-error The offer sells a plan that is not declared.
  offers: { pack: { plan: 'duo', price: { EUR: 100 } } },
});
