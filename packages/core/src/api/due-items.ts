/** What is due over all tenants, and in which order: a bounded part of it at a time. */
import { dueBalances, endingGrants } from '../ledger/index.ts';
import { dueOrders } from '../orders/index.ts';
import { dueSubscriptions } from '../subscriptions/index.ts';
import type { Root } from './root.ts';

/** One thing that is due, of any tenant; `at` since when. */
export type Item = { readonly tenant: string; at: Date } & (
  | { readonly kind: 'subscription' | 'order'; readonly id: string }
  | { readonly kind: 'balance'; readonly id: number }
  | { readonly kind: 'grant'; readonly id: number }
);

/** Those that would be found again at once: not before these instants. */
export type Later = Map<string, Date>;

const batchSize = 100;

/** What is due, in order, and up to where that is all there is. */
export async function readDue(
  root: Root,
  until: Date,
  later: Later,
): Promise<{ items: Item[]; horizon: Date }> {
  const limit = batchSize + later.size;
  const read = { until, limit };
  const subscriptions = await root.across((scope) => dueSubscriptions(scope, read));
  const orders = await root.across((scope) => dueOrders(scope, read));
  const balances = await root.across((scope) => dueBalances(scope, read));
  const grants = await root.across((scope) => endingGrants(scope, read));
  const found: Item[] = [
    ...subscriptions.map((one) => ({ ...one, kind: 'subscription' as const })),
    ...orders.map((one) => ({ ...one, kind: 'order' as const })),
    ...balances.map((one) => ({ ...one, kind: 'balance' as const })),
    ...grants.map((one) => ({ ...one, kind: 'grant' as const })),
  ];
  const items = found
    .map((item) => ({ ...item, at: later.get(keyOf(item)) ?? item.at }))
    .filter((item) => item.at <= until)
    .sort(inOrder);
  const lists = [subscriptions, orders, balances, grants];
  const ends = lists.map((list) => (list[limit - 1]?.at ?? until).getTime());
  return { items, horizon: new Date(Math.min(...ends)) };
}

/** What it is remembered by. */
export function keyOf({ tenant, kind, id }: Item): string {
  return `${kind}/${id}/${tenant}`;
}

/** Puts it where it belongs among those that are in order. */
export function place(items: Item[], item: Item): void {
  const index = items.findIndex((other) => inOrder(item, other) < 0);
  items.splice(index === -1 ? items.length : index, 0, item);
}

function inOrder(one: Item, other: Item): number {
  const byTime = one.at.getTime() - other.at.getTime();
  return byTime === 0 ? kinds.indexOf(one.kind) - kinds.indexOf(other.kind) : byTime;
}

const kinds: readonly Item['kind'][] = ['subscription', 'order', 'balance', 'grant'];
