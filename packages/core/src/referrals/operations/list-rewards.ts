/** What customers were paid, and what was taken back. */
import { findCustomer } from '../../customers/index.ts';
import {
  checkLimit,
  decodeNumber,
  type Page,
  pageOf,
  type Scope,
  sql,
} from '../../kernel/index.ts';
import { type Reward, rewardOf, selectRewards } from '../reward-rows.ts';

export type ListRewards = {
  /** Left out: of all customers. */
  readonly customer?: string | undefined;
  /** Of one event. */
  readonly event?: string | undefined;
  /** True: only what was taken back and was not there; false: all else. */
  readonly outstanding?: boolean | undefined;
  /** 1 to 100; 20 unless said. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
};

export type ListedReward = Reward & {
  readonly event: string;
  readonly trigger: string;
  readonly createdAt: Date;
};

const list = 'rewards';

/**
 * One page, newest first. Writes nothing.
 * @throws {CursorError} The cursor is not of this list.
 */
export async function listRewards(scope: Scope, input: ListRewards): Promise<Page<ListedReward>> {
  const limit = checkLimit(input.limit);
  const before = decodeNumber(list, input.cursor) ?? Number.MAX_SAFE_INTEGER;
  const customer = input.customer === undefined ? null : await findCustomer(scope, input.customer);
  if (input.customer !== undefined && !customer) return { items: [], next: null };
  const own = customer ? sql`reward.customer_id = ${customer.id}::bigint` : sql`true`;
  const event = input.event ?? null;
  const { outstanding } = input;
  const owed =
    outstanding === undefined
      ? sql`true`
      : outstanding
        ? sql`reward.outstanding > 0`
        : sql`reward.outstanding = 0`;
  const rows = await selectRewards(scope, {
    where: sql`${own} and ${owed} and reward.id < ${before}::bigint and (${event}::text is null or reward.event_id = ${event}::text)`,
    order: sql`reward.id desc`,
    limit: limit + 1,
  });
  const page = pageOf(list, rows, limit, ({ id }) => [id]);
  const items = page.items.map((row) => ({
    ...rewardOf(row),
    ...{ event: row.event, trigger: row.trigger, createdAt: row.createdAt },
  }));
  return { items, next: page.next };
}
