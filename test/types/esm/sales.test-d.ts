/**
 * Sales, customers, tenants and what is told of them. Compiled, never run: it fails when a line marked as an error
 * compiles, or any other does not.
 */
import type { Bursar, BursarEvent, RuntimeKey } from '@bursar/core';

declare const bursar: Bursar;
declare const user: { id: string; email: string | null; stripe: string | null; since: Date };
declare const anything: string;

await bursar.tenant('acme').subscribe({ customer: 'ann', plan: 'pro' });
await bursar.customers.upsert({
  customer: user.id,
  email: user.email,
  external: user.stripe === null ? undefined : { stripe: user.stripe },
});
await bursar.subscribe({
  customer: user.id,
  plan: 'pro',
  startsAt: user.since,
  trial: 'skip',
  external: { gateway: 'stripe', id: 'sub_1' },
  idempotencyKey: `import:${user.id}`,
});
// @ts-expect-error A plain string is no key.
await bursar.subscribe({ customer: 'ann', plan: anything });
await bursar.subscribe({ customer: 'ann', plan: anything as RuntimeKey });
// @ts-expect-error Not one of this catalogue's.
await bursar.customer('ann').subscriptions.create({ plan: 'enterprise' });

const current = await bursar.subscriptions.current({ customer: 'ann' });
current?.endsAt satisfies Date | null | undefined;
await bursar.subscriptions.cancel({ customer: 'ann', subscription: current?.id });
(await bursar.customer('ann').subscriptions.list()).items[0]?.plan satisfies
  | string
  | null
  | undefined;

const state = await bursar.state('ann');
state.balances[0]?.available satisfies number | null | undefined;
state.entitlements.filter(({ allowed }) => allowed);

const off = bursar.events.on('subscription.created', (event) => {
  event.data.plan satisfies string | null;
  event.customer satisfies string | null;
  // @ts-expect-error No such fact.
  event.data.plann;
});
off();
bursar.events.on('subscription.canceled', async ({ data }) => void (data.endsAt satisfies string));
bursar.events.once('*', (event: BursarEvent) => {
  if (event.type === 'quota.exceeded') event.data.feature satisfies string;
  if (event.type === 'balance.updated') event.data.delta satisfies number;
});
const listener = (event: BursarEvent<'hold.created'>) => void event.data.hold;
bursar.events.on('hold.created', listener);
bursar.events.off('hold.created', listener);
// @ts-expect-error No such event.
bursar.events.on('subscription.create', () => {});
// @ts-expect-error Another event's listener.
bursar.events.on('hold.captured', (event: BursarEvent<'customer.created'>) => void event);
