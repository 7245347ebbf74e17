/**
 * A CommonJS host: the same keys, the same mistakes. A project of its own, since an augmentation must not meet another.
 * Compiled, never run: it fails when a line marked as an error compiles, or any other does not.
 */
import core = require('@bursar/core');
import testing = require('@bursar/core/testing');
import drizzle = require('drizzle-orm/postgres-js');
import postgres = require('postgres');
import zod = require('zod');

const catalog = core.defineCatalog({
  features: {
    exports: { kind: 'boolean' },
    calls: { kind: 'metered' },
    megabytes: { kind: 'config', schema: zod.z.number() },
  },
  plans: { solo: { period: 'P1M', features: { exports: true, calls: { quota: 10 } } } },
});

declare module '@bursar/core' {
  interface Register {
    catalog: typeof catalog;
  }
}

declare const bursar: core.Bursar;
declare const error: unknown;
const db = drizzle.drizzle({ client: postgres('postgres://localhost/none') });

bursar.consume({ customer: 'ann', feature: 'calls' });
bursar.subscribe({ customer: 'ann', plan: 'solo' });
const own = core.createBursar({ catalog, database: db });
own.check({ customer: 'ann', feature: 'exports' });
own.transaction(async (kit, tx) => {
  tx.rollback satisfies () => never;
  const decision = await kit.check({ customer: 'ann', feature: 'megabytes' });
  if (decision.allowed) decision.value satisfies number;
});
db.transaction((tx) => bursar.using(tx).customer('ann').consume({ feature: 'calls' }));
bursar.events.on('customer.created', ({ data }) => void (data.kind satisfies string));
testing.createTestBursar({ catalog }).then((kit) => kit.advance('P1M'));
if (core.isBursarError(error)) error.code satisfies core.ErrorCode;
if (error instanceof core.DeniedError) error.decision.reason satisfies core.Reason;
// @ts-expect-error A boolean feature is not consumed.
bursar.consume({ customer: 'ann', feature: 'exports' });
// @ts-expect-error No such plan.
bursar.subscribe({ customer: 'ann', plan: 'duo' });
// @ts-expect-error A database is no transaction.
bursar.using(db);
// @ts-expect-error No advance without a test clock.
own.advance('P1M');
