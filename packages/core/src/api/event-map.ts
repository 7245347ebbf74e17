/** Every event by its type, and how listeners hear of it. */
import type { CustomerEvents } from '../customers/index.ts';
import type { EntitlementEvents } from '../entitlements/index.ts';
import type { LedgerEvents } from '../ledger/index.ts';
import type { OrderEvents } from '../orders/index.ts';
import type { ReferralEvents } from '../referrals/index.ts';
import type { SettingEvents } from '../settings/index.ts';
import type { SubscriptionEvents } from '../subscriptions/index.ts';
import type { TopUpEvents } from '../topups/index.ts';
import type { WebhookEvents } from '../webhooks/index.ts';
import type { WithdrawalEvents } from '../withdrawals/index.ts';

/** Every event, with its payload. */
export type EventMap = CustomerEvents &
  SubscriptionEvents &
  EntitlementEvents &
  LedgerEvents &
  OrderEvents &
  ReferralEvents &
  SettingEvents &
  TopUpEvents &
  WebhookEvents &
  WithdrawalEvents;

export type BursarEvent<T extends keyof EventMap = keyof EventMap> = {
  [K in T]: {
    /** The same at every delivery. */
    readonly id: string;
    readonly type: K;
    readonly tenant: string;
    /** The host's id of the customer it is about. */
    readonly customer: string | null;
    readonly at: string;
    readonly source: string | null;
    readonly subject: { readonly type: string; readonly id: string };
    readonly actor: string | null;
    readonly sequence?: number | undefined;
    readonly data: EventMap[K];
  };
}[T];
