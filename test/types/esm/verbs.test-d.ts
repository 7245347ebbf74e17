/**
 * Keys and kinds of a registered catalogue, on verbs. Compiled, never run: it fails when a line marked as an error
 * compiles, or any other does not.
 */
import { type Bursar, type CustomerHandle, createBursar, testClock } from '@bursar/core';
import { catalog } from './billing.ts';

declare const registered: Bursar;
declare const handle: CustomerHandle;
declare const instant: Date;

registered.subscribe({ customer: 'ann', plan: 'pro' });
registered.consume({ customer: 'ann', feature: 'api-calls', amount: 3, idempotencyKey: undefined });
registered.consume({ customer: 'ann', feature: 'seats', usedBy: { kind: 'user', id: 'u7' } });
handle.consume({ feature: 'ai-tokens', from: 'quota' });
// @ts-expect-error No such feature.
registered.consume({ customer: 'ann', feature: 'api-cals' });
// @ts-expect-error A boolean feature is not consumed.
registered.consume({ customer: 'ann', feature: 'track-time' });
// @ts-expect-error Nor is a config feature.
handle.tryConsume({ feature: 'upload-mb' });
// @ts-expect-error No such plan.
registered.subscribe({ customer: 'ann', plan: 'proo' });
// @ts-expect-error A handle's customer is its own.
handle.consume({ customer: 'bob', feature: 'api-calls' });
// @ts-expect-error A kit needs one.
registered.consume({ feature: 'api-calls' });
// @ts-expect-error An option that is not there.
registered.consume({ customer: 'ann', feature: 'api-calls', amont: 3 });

const decision = await registered.check({ customer: 'ann', feature: 'upload-mb' });
if (decision.allowed) decision.value satisfies number;
decision.reason satisfies string | null;
const plain = await registered.check({ customer: 'ann', feature: 'api-calls', amount: 3 });
plain.available satisfies number | null;
plain.resetsAt satisfies Date | null;
// @ts-expect-error No value on a metered feature.
plain.value;
const { value = 5 } = await handle.check({ feature: 'upload-mb' });
value satisfies number;

const maybe = await registered.tryConsume({ customer: 'ann', feature: 'api-calls', amount: 3 });
registered.giveBack({
  customer: 'ann',
  feature: 'api-calls',
  of: maybe.allowed ? maybe.transferId : undefined,
});
registered.giveBack({ customer: 'ann', of: 'trf_1_1', amount: 1 });
// @ts-expect-error Neither the feature nor the spend.
registered.giveBack({ customer: 'ann', amount: 1 });

registered.withHold({ customer: 'ann', feature: 'ai-tokens', amount: 4_000 }, async (hold) => {
  (await hold.capture(123)).shortfall satisfies number;
});
registered.withHold({ customer: 'ann', unit: 'points', amount: 400 }, async () => {});
// @ts-expect-error Either a feature or a unit.
registered.withHold({ customer: 'ann', amount: 400 }, async () => {});
const both = { customer: 'ann', amount: 400, unit: 'points', feature: 'ai-tokens' } as const;
// @ts-expect-error Not both.
registered.withHold(both, async () => {});

registered.entitlements.set({ customer: 'acme', feature: 'seats', usedBy: 'u7', amount: 1 });
// @ts-expect-error `set` is for gauges.
registered.entitlements.set({ customer: 'acme', feature: 'api-calls', amount: 1 });
const { items } = await registered.entitlements.usage({
  customer: 'acme',
  feature: 'seats',
  by: 'usedBy',
});
items[0]?.usedBy.id satisfies string | undefined;

registered.wallet.balance({ customer: 'ann', unit: 'EUR' });
registered.wallet.balance({ customer: 'ann', unit: 'ai-tokens' });
registered.wallet.credit({ customer: 'ann', unit: 'points', amount: 5, expiresAt: instant });
// @ts-expect-error A boolean feature is no unit.
registered.wallet.balance({ customer: 'ann', unit: 'track-time' });
registered.subscriptions.cancel({ customer: 'ann', at: 'boundary' });
// @ts-expect-error Not a moment.
registered.subscriptions.cancel({ customer: 'ann', at: 5 });

createBursar({ catalog, clock: testClock('2026-01-31T10:00:00Z') }).advance('P1M');
// @ts-expect-error No advance without a test clock.
createBursar({ catalog }).advance('P1M');
// @ts-expect-error No such option.
createBursar({ catalog, databse: 'memory://' });
