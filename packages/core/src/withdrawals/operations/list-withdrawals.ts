/** Withdrawals by customer and status. */
import { findCustomer } from '../../customers/index.ts';
import {
  at,
  checkLimit,
  decodeMoment,
  type Moment,
  type Page,
  pageOf,
  type Scope,
  type Statement,
  sql,
} from '../../kernel/index.ts';
import { selectWithdrawals } from '../rows.ts';
import type { WithdrawalStatus } from '../status.ts';
import { type Withdrawal, withdrawalOf } from '../withdrawal.ts';

export type ListWithdrawals = {
  /** Left out: of all customers. */
  readonly customer?: string | undefined;
  readonly status?: WithdrawalStatus | undefined;
  /** 1 to 100; 20 unless said. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
};

const list = 'withdrawals';

/**
 * One page, newest first. Writes nothing.
 * @throws {CursorError} The cursor is not of this list.
 */
export async function listWithdrawals(
  scope: Scope,
  input: ListWithdrawals = {},
): Promise<Page<Withdrawal>> {
  const limit = checkLimit(input.limit);
  const after = decodeMoment(list, input.cursor);
  const customer = input.customer === undefined ? null : await findCustomer(scope, input.customer);
  if (input.customer !== undefined && !customer) return { items: [], next: null };
  const own = customer ? sql`withdrawal.customer_id = ${customer.id}::bigint` : sql`true`;
  const rows = await selectWithdrawals(scope, {
    where: sql`${own} and (${input.status ?? null}::text is null or withdrawal.status = ${input.status ?? null}::text)
               and ${olderThan(after)}`,
    limit: limit + 1,
  });
  const page = pageOf(list, rows, limit, (row) => [row.createdAt.toISOString(), row.id]);
  return { items: page.items.map((row) => withdrawalOf(scope, row)), next: page.next };
}

function olderThan(moment: Moment | null): Statement {
  if (moment === null) return sql`true`;
  const { createdAt, id } = moment;
  return sql`(withdrawal.created_at, withdrawal.id) < (${at(createdAt)}::text::timestamptz, ${id}::text)`;
}
