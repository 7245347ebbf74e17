/** What is done about payments in the background: asking for those nobody told of, and sending back what could not be taken. */
import type { Scope } from '../kernel/index.ts';
import { TOP_UP } from '../ledger/index.ts';
import { getOrder } from '../orders/index.ts';
import {
  askOf,
  chosenGateway,
  keyOf,
  type PaymentRow,
  paymentById,
  recordSentBack,
  SEND_BACK,
  WATCH,
} from '../payments/index.ts';
import { REFUND, sendRefund } from '../refunds/index.ts';
import { topUp } from '../topups/index.ts';
import type { JobKind } from './job-runner.ts';
import type { Root } from './root.ts';

/** Between two times of asking: ten minutes. */
const watchMilliseconds = 600_000;

/** Over two weeks of asking: longer than any payment is under way. */
const watchesMax = 2_500;

/** Between two times of asking for a refund that a gateway itself is waiting for: an hour. */
const refundMilliseconds = 3_600_000;

/** Over a month of asking: longer than any bank takes to send money back. */
const refundsMax = 800;

/** Each look counts, also those that only wait. */
const topUpsMax = 5_000;

const over: readonly PaymentRow['state'][] = ['succeeded', 'canceled'];

/** The kinds of jobs about payments. */
export function paymentJobs(root: Root): readonly JobKind[] {
  const within = <T>(tenant: string, work: (scope: Scope) => Promise<T>) =>
    root.command({ tenant, actor: null, host: null }, work);
  return [
    {
      ...{ kind: WATCH, concurrency: 4, perLane: 4, attemptsMax: watchesMax },
      run: ({ tenant, payload }) =>
        within(tenant, async (scope) =>
          (await watch(scope, String(payload.payment))) ? {} : { later: watchMilliseconds },
        ),
    },
    {
      ...{ kind: SEND_BACK, concurrency: 4, perLane: 4, attemptsMax: 60 },
      run: ({ tenant, payload }) =>
        within(tenant, async (scope) => {
          const row = await paymentById(scope, String(payload.payment));
          if (!row?.externalId) return {};
          const { gateway } = await chosenGateway(scope, { gateway: row.gateway });
          const refund = await gateway.refund({
            ...{ payment: row.externalId, sum: row.sum },
            idempotencyKey: keyOf(scope, row.id, '-back'),
          });
          return { write: (inner) => recordSentBack(inner, { row, refund }) };
        }),
    },
  ];
}

/** Asks until the gateway has said what became of it; of one that waits itself, its webhook tells. */
export function refundJobs(root: Root): JobKind {
  return {
    ...{ kind: REFUND, concurrency: 4, perLane: 4, attemptsMax: refundsMax },
    run: ({ tenant, payload }) =>
      root.command({ tenant, actor: null, host: null }, async (scope) =>
        (await sendRefund(scope, String(payload.refund))) ? {} : { later: refundMilliseconds },
      ),
  };
}

/** Buys more for balances that run low; one at a time of each. */
export function topUpJobs(root: Root): JobKind {
  return {
    ...{ kind: TOP_UP, concurrency: 4, perLane: 1, attemptsMax: topUpsMax },
    run: ({ tenant, payload }) =>
      root.command({ tenant, actor: null, host: null }, async (scope) => {
        const later = await topUp(scope, Number(payload.balance));
        return later === null ? {} : { later };
      }),
  };
}

/** @returns Whether there is nothing left to ask. */
async function watch(scope: Scope, id: string): Promise<boolean> {
  const row = await paymentById(scope, id);
  if (!row || over.includes(row.state)) return true;
  const order = await getOrder(scope, { order: row.order });
  await askOf(scope, row, order.customer);
  const now = await paymentById(scope, id);
  const isOver = now === null || over.includes(now.state);
  // What nobody waits for any more is heard of by the gateway's own word, if ever.
  const isPending = ['pending', 'refused', 'error'].includes(order.status);
  return isOver || (!isPending && now.state !== 'processing');
}
