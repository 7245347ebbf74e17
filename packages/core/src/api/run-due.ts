/**
 * Doing what is due over all tenants, in the order of its instants: what time brings to subscriptions, and to balances
 * that nobody has touched. Each thing is done once, whoever runs this, how often and how late.
 *
 * Bounded: at most a hundred of each are read at a time; each is done in a transaction of its own. At one instant
 * subscriptions come before the balances that they feed.
 */
import { FOREVER } from '../kernel/index.ts';
import { dueBalances, settleDue } from '../ledger/index.ts';
import { announceDue, dueSubscriptions } from '../subscriptions/index.ts';
import type { Root } from './root.ts';

export type RunDue = {
  readonly until: Date;
  /** Called before each thing with its instant; then instants are met one by one, whatever is set off in between. */
  readonly arrive?: ((at: Date) => Promise<void>) | undefined;
  readonly signal?: AbortSignal | undefined;
};

type Item =
  | { readonly kind: 'subscription'; readonly tenant: string; readonly id: string; at: Date }
  | { readonly kind: 'balance'; readonly tenant: string; readonly id: number; at: Date };

type Outcome = {
  readonly done: boolean;
  readonly next: Date;
  readonly isStale?: boolean | undefined;
};

/** Those that would be found again at once: not before these instants. */
type Later = Map<string, Date>;

const batchSize = 100;

/**
 * Does everything that is due until then, also what doing it makes due.
 * @returns How many things were done: events announced, balances caught up. A second run has nothing left to do.
 * @throws What the first thing that failed threw, after all others were done; it stays due.
 */
export async function runDue(root: Root, run: RunDue): Promise<{ done: number }> {
  const later: Later = new Map();
  const failures: unknown[] = [];
  let done = 0;
  async function settle(item: Item): Promise<Date> {
    try {
      const outcome = await doDue(root, item);
      if (outcome.done) done += 1;
      if (outcome.isStale) later.set(keyOf(item), outcome.next);
      return outcome.next;
    } catch (error) {
      failures.push(error);
      later.set(keyOf(item), FOREVER);
      return FOREVER;
    }
  }
  for (;;) {
    const { items, horizon } = await readDue(root, run.until, later);
    const bound = run.arrive && items[0] ? items[0].at : horizon;
    if (items.length === 0 || run.signal?.aborted) break;
    await settleInOrder(items, { bound, run, settle });
  }
  if (failures.length > 0) throw failures[0];
  return { done };
}

async function settleInOrder(
  items: Item[],
  { bound, run, settle }: { bound: Date; run: RunDue; settle: (item: Item) => Promise<Date> },
): Promise<void> {
  for (let item = items.shift(); item && item.at <= bound; item = items.shift()) {
    if (run.signal?.aborted) return;
    await run.arrive?.(item.at);
    const next = await settle(item);
    if (next <= bound) place(items, { ...item, at: next });
  }
}

function doDue(root: Root, item: Item): Promise<Outcome> {
  const context = { tenant: item.tenant, actor: null, host: null };
  return root.command<Outcome>(context, (scope) =>
    item.kind === 'subscription' ? announceDue(scope, item) : settleDue(scope, item),
  );
}

/** What is due, in order, and up to where that is all there is. */
async function readDue(
  root: Root,
  until: Date,
  later: Later,
): Promise<{ items: Item[]; horizon: Date }> {
  const limit = batchSize + later.size;
  const context = { tenant: root.options.tenant, actor: null, host: null };
  const read = { until, limit };
  const subscriptions = await root.read(context, (scope) => dueSubscriptions(scope, read));
  const balances = await root.read(context, (scope) => dueBalances(scope, read));
  const found: Item[] = [
    ...subscriptions.map((one) => ({ ...one, kind: 'subscription' as const })),
    ...balances.map((one) => ({ ...one, kind: 'balance' as const })),
  ];
  const items = found
    .map((item) => ({ ...item, at: later.get(keyOf(item)) ?? item.at }))
    .filter((item) => item.at <= until)
    .sort(inOrder);
  const ends = [subscriptions, balances].map((list) => (list[limit - 1]?.at ?? until).getTime());
  return { items, horizon: new Date(Math.min(...ends)) };
}

function keyOf({ tenant, kind, id }: Item): string {
  return `${kind}/${id}/${tenant}`;
}

function place(items: Item[], item: Item): void {
  const index = items.findIndex((other) => inOrder(item, other) < 0);
  items.splice(index === -1 ? items.length : index, 0, item);
}

function inOrder(one: Item, other: Item): number {
  const byTime = one.at.getTime() - other.at.getTime();
  if (byTime !== 0) return byTime;
  return one.kind === other.kind ? 0 : one.kind === 'subscription' ? -1 : 1;
}
