/**
 * The composition root: binds the slices to one database, one clock and one bus, and hands out the kit.
 *
 * Nothing is opened here; `ready()`, `start()` or the first verb does it.
 */

import { observeAges } from './api/ages.ts';
import { bindEvents } from './api/bind-events.ts';
import { bareKit, bindKit } from './api/bind-kit.ts';
import { createConsumers } from './api/consumers.ts';
import type { Events } from './api/event-verbs.ts';
import { createExceeded } from './api/exceeded.ts';
import { createHealth } from './api/health.ts';
import { httpBinding } from './api/http-binding.ts';
import { createJobs, type JobKind } from './api/job-runner.ts';
import type { Bursar, TestTools, TransactionOf } from './api/kit.ts';
import type { BursarOptions } from './api/kit-options.ts';
import { type Options, readOptions } from './api/options.ts';
import { paymentJobs, refundJobs, topUpJobs } from './api/payment-jobs.ts';
import { payoutJobs } from './api/payout-jobs.ts';
import { queuedChanges } from './api/queued-change.ts';
import { createRateRefresher } from './api/rate-refresher.ts';
import { rewardJobs } from './api/reward-jobs.ts';
import { createRoot, type Root } from './api/root.ts';
import { runDue } from './api/run-due.ts';
import { runTransaction } from './api/run-transaction.ts';
import { testTools } from './api/test-tools.ts';
import { traced } from './api/traced.ts';
import { followEndpoints } from './api/webhook-consumer.ts';
import { webhookJobs } from './api/webhook-jobs.ts';
import { createWorker } from './api/worker.ts';
import type { AnyKeys, Keys } from './catalog/index.ts';
import { bindHttp } from './http/index.ts';
import type { Clock, TestClock } from './kernel/index.ts';

/**
 * Makes a kit, at once and without I/O.
 *
 * @throws {ConfigurationError} An option is unknown or cannot be.
 */
export function createBursar<K extends Keys, D = undefined, T extends Clock = Clock>(
  options: BursarOptions<K, D, T>,
): Bursar<K, TransactionOf<D>> & (T extends TestClock ? TestTools : unknown) {
  return assembleKit(readOptions(options as BursarOptions)) as unknown as Bursar<
    K,
    TransactionOf<D>
  > &
    (T extends TestClock ? TestTools : unknown);
}

/** The kit of options that were read. */
export function assembleKit(options: Options): object {
  const root = createRoot(options);
  const context = { tenant: root.options.tenant, actor: null, host: null };
  const consumers = createConsumers(root, (inner) => bindKit(root, inner));
  const events = bindEvents(root, { context, consumers });
  const jobs = createJobs(root, jobKinds(root));
  const endpoints = followEndpoints(root, consumers);
  const exceeded = createExceeded(root);
  const refresh = createRateRefresher(root, context);
  const worker = createWorker(root, {
    async each() {
      refresh();
      await exceeded.write();
    },
    tidy: events.forgetAll,
  });
  const health = createHealth(root);
  let forgetAges = () => {};
  const ready = async () => {
    await root.ready();
    forgetAges();
    forgetAges = observeAges(root);
  };
  const start = async () => {
    await ready();
    if (!root.options.worker) return;
    worker.start();
    consumers.start();
    jobs.start();
    await endpoints.start();
  };
  const close = async () => {
    forgetAges();
    endpoints.stop();
    await Promise.all([
      atMost(workerMilliseconds, worker.stop()),
      atMost(handlersMilliseconds, consumers.stop()),
      atMost(handlersMilliseconds, jobs.stop()),
    ]);
    await atMost(workerMilliseconds, exceeded.finish());
    await root.close();
  };
  const kit = {
    ...bareKit(root, context),
    events: events as unknown as Events,
    ...{ health, ready, start, close },
    async runDue() {
      await exceeded.write();
      return runDue(root, { until: root.options.clock.now() });
    },
    transaction: (work: (kit: unknown, tx: unknown) => Promise<unknown>) =>
      runTransaction(root, context, (inner, tx) => work(bindKit(root, inner), tx)),
    ...testTools(root, { consumers, jobs, exceeded }),
  };
  return bindHttp(traced(kit, context.tenant), httpBinding(root, { start, close, health }));
}

/** All that is done later. */
function jobKinds(root: Root): readonly JobKind[] {
  const kinds = [
    queuedChanges,
    webhookJobs(root),
    payoutJobs(root),
    refundJobs(root),
    topUpJobs(root),
    rewardJobs(root),
  ];
  return [...kinds, ...paymentJobs(root)];
}

/** How long closing waits for the worker; then its connection goes, too, and what it was in the middle of is rolled back. */
const workerMilliseconds = 1_000;

/** How long closing waits for what consumers have in hand; what is left then is given again. */
const handlersMilliseconds = 5_000;

async function atMost(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}

export type { AnyKeys };
