/** All that a billing page shows of a customer, in one call. Reads only; nobody has the zero form. */
import { findProfile } from '../customers/index.ts';
import { listEntitlements } from '../entitlements/index.ts';
import type { Scope } from '../kernel/index.ts';
import { findReferral } from '../referrals/index.ts';
import { listSubscriptions } from '../subscriptions/index.ts';
import type { State } from './answers.ts';
import { listBalances } from './list-balances.ts';
import { profileOf } from './profile.ts';

/** Most subscriptions that are shown: the newest. */
const SHOWN = 100;

/** The customer's profile, subscriptions, entitlements and balances as they are now. */
export async function readState(scope: Scope, customer: string): Promise<State> {
  const row = await findProfile(scope, customer);
  const subscriptions = row
    ? await listSubscriptions(scope, { customer, limit: SHOWN })
    : { items: [] };
  return {
    customer: row && profileOf(scope, row),
    referral: await findReferral(scope, row?.id ?? 0),
    subscriptions: subscriptions.items,
    entitlements: await listEntitlements(scope, { customer }),
    balances: await listBalances(scope, customer),
  };
}
