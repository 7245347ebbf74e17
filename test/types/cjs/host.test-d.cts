/**
 * A CommonJS host: the same keys, the same mistakes. A project of its own, since an augmentation must not meet another.
 * Compiled, never run: it fails when a line marked as an error compiles, or any other does not.
 */
import core = require('@bursar/core');

const catalog = core.defineCatalog({
  features: { exports: { kind: 'boolean' }, calls: { kind: 'metered' } },
  plans: { solo: { period: 'P1M', features: { exports: true, calls: { quota: 10 } } } },
});

declare module '@bursar/core' {
  interface Register {
    catalog: typeof catalog;
  }
}

declare const bursar: core.Bursar;

bursar.consume({ customer: 'ann', feature: 'calls' });
bursar.subscribe({ customer: 'ann', plan: 'solo' });
core
  .createBursar({ catalog, database: 'memory://' })
  .check({ customer: 'ann', feature: 'exports' });
// @ts-expect-error A boolean feature is not consumed.
bursar.consume({ customer: 'ann', feature: 'exports' });
// @ts-expect-error No such plan.
bursar.subscribe({ customer: 'ann', plan: 'duo' });
