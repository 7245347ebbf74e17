/** Orders that nobody placed: what a subscription owes. Paid, they hand out nothing of their own. */
import type { OrderRow } from './rows.ts';
import { isOpen } from './status.ts';

/** True of one that waits to be paid for its subscription. Of others that names what they began once they were paid. */
export function isOwed({ status, subscriptionId }: OrderRow): boolean {
  return isOpen(status) && subscriptionId !== null;
}
