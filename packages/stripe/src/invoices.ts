/**
 * Invoices of subscriptions that Stripe charges.
 *
 * The API of March 2025 moved the subscription below `parent`; an endpoint keeps the version it was made with, so both
 * places are read. Source: https://docs.stripe.com/changelog/basil/2025-03-31/adds-new-parent-field-to-invoicing-objects.
 */
import type { InvoiceFact } from '@bursar/core';
import { flag, idOf, instant, listed, metadataOf, part, sumOf, type Told, text } from './told.ts';

/** @returns `null` for an invoice of no subscription. */
export function readInvoice(invoice: Told, state: InvoiceFact['state']): InvoiceFact | null {
  const parent = part(invoice, 'parent');
  const details =
    (parent && part(parent, 'subscription_details')) ?? part(invoice, 'subscription_details');
  const subscription = idOf(details?.subscription) ?? idOf(invoice.subscription);
  if (subscription === null) return null;
  const period = periodOf(invoice);
  return {
    ...{ kind: 'invoice', invoice: text(invoice, 'id'), subscription, state },
    externalCustomer: idOf(invoice.customer),
    sum: sumOf(invoice, state === 'paid' ? 'amount_paid' : 'amount_remaining'),
    ...{ periodStartsAt: instant(period, 'start'), periodEndsAt: instant(period, 'end') },
    nextAttemptAt:
      invoice.next_payment_attempt == null ? null : instant(invoice, 'next_payment_attempt'),
    metadata: metadataOf(details),
  };
}

/** The invoice's own period looks back; what is paid for stands on its lines, prorations aside. */
function periodOf(invoice: Told): Told {
  const lines = listed(part(invoice, 'lines'));
  const regular = lines.filter((line) => !isProration(line));
  const periods = (regular.length > 0 ? regular : lines)
    .map((line) => part(line, 'period'))
    .filter((period) => period !== null);
  const [latest] = periods.sort((one, other) => ends(other) - ends(one));
  if (!latest) throw new TypeError('an invoice without lines');
  return latest;
}

function isProration(line: Told): boolean {
  const parent = part(line, 'parent');
  const details = parent && part(parent, 'subscription_item_details');
  return flag(line, 'proration') || (details !== null && flag(details, 'proration'));
}

function ends(period: Told): number {
  return instant(period, 'end').getTime();
}
