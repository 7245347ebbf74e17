/**
 * Doing what is due over all tenants, in the order of its instants: what time brings to subscriptions, to orders, to
 * balances that nobody has touched, and what is to be told of grants that end soon. Each thing is done once, whoever runs this, how often and how late.
 *
 * Bounded: at most a hundred of each are read at a time. What is due at one instant is done in one transaction; what that
 * leaves out, and all of it if that fails, in transactions of their own. At one instant subscriptions come before the balances
 * that they feed.
 */
import { FOREVER } from '../kernel/index.ts';
import { settleDue, settleDueAll, warnOfGrant } from '../ledger/index.ts';
import { settleOrder } from '../orders/index.ts';
import { announceDue, announceDueAll } from '../subscriptions/index.ts';
import { type Item, keyOf, type Later, place, readDue } from './due-items.ts';
import type { Root } from './root.ts';

export type RunDue = {
  readonly until: Date;
  /** Called before each thing with its instant; then instants are met one by one, whatever is set off in between. */
  readonly arrive?: ((at: Date) => Promise<void>) | undefined;
  readonly signal?: AbortSignal | undefined;
};

type Outcome = {
  readonly done: boolean;
  readonly next: Date;
  readonly isStale?: boolean | undefined;
};

/**
 * Does everything that is due until then, also what doing it makes due.
 * @returns How many things were done: events announced, balances caught up. A second run has nothing left to do.
 * @throws What the first thing that failed threw, after all others were done; it stays due.
 */
export async function runDue(root: Root, run: RunDue): Promise<{ done: number }> {
  const later: Later = new Map();
  const failures: unknown[] = [];
  let done = 0;
  function keep(item: Item, outcome: Outcome): Date {
    if (outcome.done) done += 1;
    if (outcome.isStale) later.set(keyOf(item), outcome.next);
    return outcome.next;
  }
  async function settleOne(item: Item): Promise<Date> {
    try {
      return keep(item, await doDue(root, item));
    } catch (error) {
      failures.push(error);
      later.set(keyOf(item), FOREVER);
      return FOREVER;
    }
  }
  async function settle(items: readonly Item[]): Promise<Date[]> {
    const together = items.length > 1 ? await doTogether(root, items) : null;
    const nexts = [];
    for (const item of items) {
      const outcome = together?.get(item.id);
      nexts.push(outcome ? keep(item, outcome) : await settleOne(item));
    }
    return nexts;
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
  {
    bound,
    run,
    settle,
  }: { bound: Date; run: RunDue; settle: (items: readonly Item[]) => Promise<Date[]> },
): Promise<void> {
  for (let [first] = items; first && first.at <= bound; [first] = items) {
    if (run.signal?.aborted) return;
    const group = items.splice(0, sizeOfGroup(items));
    await run.arrive?.(first.at);
    const nexts = await settle(group);
    for (const [index, item] of group.entries()) {
      const next = nexts[index] ?? FOREVER;
      if (next <= bound) place(items, { ...item, at: next });
    }
  }
}

/** How many of the first ones are of one kind and tenant, and due at one instant. */
function sizeOfGroup(items: readonly Item[]): number {
  const [first] = items;
  const end = items.findIndex(
    (item) =>
      item.kind !== first?.kind ||
      item.tenant !== first.tenant ||
      item.at.getTime() !== first.at.getTime(),
  );
  return end === -1 ? items.length : end;
}

/** `null`: it failed as a whole, so that nobody knows of which of them it was. */
async function doTogether(
  root: Root,
  items: readonly Item[],
): Promise<ReadonlyMap<Item['id'], Outcome> | null> {
  const [first] = items;
  if (!first || first.kind === 'order' || first.kind === 'grant') return null;
  const context = { tenant: first.tenant, actor: null, host: null };
  const ids = items.map(({ id }) => id);
  try {
    return await root.command<ReadonlyMap<Item['id'], Outcome>>(context, (scope) =>
      first.kind === 'subscription'
        ? announceDueAll(scope, { ids: ids as string[], at: first.at })
        : settleDueAll(scope, { ids: ids as number[] }),
    );
  } catch (err) {
    root.options.logger.debug({ err }, 'What is due at one instant is done one by one');
    return null;
  }
}

function doDue(root: Root, item: Item): Promise<Outcome> {
  const context = { tenant: item.tenant, actor: null, host: null };
  return root.command<Outcome>(context, (scope) => {
    if (item.kind === 'balance') return settleDue(scope, item);
    if (item.kind === 'grant') return warnOfGrant(scope, item);
    return item.kind === 'order' ? settleOrder(scope, item) : announceDue(scope, item);
  });
}
