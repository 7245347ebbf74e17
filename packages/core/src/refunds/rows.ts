/** Refunds as they are stored, and the statements that read and write their rows. */
import {
  add,
  at,
  document,
  flag,
  instant,
  instantOrNull,
  integer,
  json,
  type Row,
  type Scope,
  type Statement,
  sql,
  text,
  textOrNull,
} from '../kernel/index.ts';

/** What is taken of one lot. */
export type KeptLot = {
  /** The order's line that granted it. */
  readonly order: string;
  readonly unit: string;
  readonly grantId: number;
  readonly units: number;
  /** While it is set aside. */
  readonly hold: string | null;
  /** It was ended before it began; ISO text. */
  readonly ended: { readonly effectiveAt: string; readonly expiresAt: string | null } | null;
};

export type RefundRow = {
  readonly id: string;
  readonly order: string;
  readonly payment: string | null;
  readonly source: 'asked' | 'reported' | 'dispute';
  readonly target: 'gateway' | 'wallet' | 'manual' | 'none';
  readonly amount: number;
  readonly sent: number;
  readonly state: 'pending' | 'succeeded' | 'failed';
  readonly attempts: number;
  readonly externalId: string | null;
  readonly lots: readonly KeptLot[];
  /** By unit. */
  readonly outstanding: Readonly<Record<string, number>>;
  readonly takesAll: boolean;
  readonly failure: string | null;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
};

/** Refunds by any condition on `refund.*`, newest first. */
export function selectRefunds(
  scope: Scope,
  { where, limit, lock }: { where: Statement; limit: number; lock?: boolean | undefined },
): Promise<RefundRow[]> {
  return scope.many(
    sql`
    select refund.* from bursar.refunds as refund
     where refund.tenant_id = ${scope.tenant.id}::int and ${where}
     order by refund.id desc
     limit ${limit}::int
     ${lock ? sql`for no key update` : sql``}`,
    readRefund,
  );
}

/** One by its id, or `null`. */
export async function findRefund(
  scope: Scope,
  id: string,
  { lock }: { lock?: boolean | undefined } = {},
): Promise<RefundRow | null> {
  const where = sql`refund.id = ${id}::text`;
  const [found] = await selectRefunds(scope, { where, limit: 1, lock });
  return found ?? null;
}

/** Writes it, or what has become of it. */
export async function storeRefund(scope: Scope, row: RefundRow): Promise<void> {
  await scope.run(sql`
    insert into bursar.refunds (tenant_id, id, order_id, payment_id, source, target, amount, sent, state, lots, outstanding,
                                takes_all, external_id, failure, created_at, ended_at)
    values (${scope.tenant.id}::int, ${row.id}::text, ${row.order}::text, ${row.payment}::text, ${row.source}::text, ${row.target}::text,
            ${row.amount}::bigint, ${row.sent}::bigint, ${row.state}::text, ${json(row.lots)}::text::jsonb,
            ${json(row.outstanding)}::text::jsonb, ${row.takesAll}::boolean, ${row.externalId}::text, ${row.failure}::text, ${at(row.createdAt)}::text::timestamptz,
            ${at(row.endedAt)}::text::timestamptz)
    on conflict (tenant_id, id) do update
       set amount = excluded.amount, state = excluded.state, lots = excluded.lots, outstanding = excluded.outstanding,
           takes_all = excluded.takes_all, failure = excluded.failure, ended_at = excluded.ended_at`);
}

/** Both together, by unit; what comes to nothing is left out. */
export function addUnits(
  one: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>,
  sign: 1 | -1 = 1,
): Record<string, number> {
  const sums = { ...one };
  for (const [unit, units] of Object.entries(other))
    sums[unit] = add(sums[unit] ?? 0, sign * units);
  return Object.fromEntries(Object.entries(sums).filter(([, units]) => units > 0));
}

/** Writes how a pending one ended. */
export async function endRefund(
  scope: Scope,
  row: RefundRow,
  {
    state,
    lots,
    externalId,
    failure,
  }: Pick<RefundRow, 'state' | 'lots' | 'externalId' | 'failure'>,
): Promise<RefundRow> {
  await scope.run(sql`
    update bursar.refunds
       set state = ${state}::text, lots = ${json(lots)}::text::jsonb, external_id = coalesce(${externalId}::text, external_id),
           failure = ${failure}::text, ended_at = ${at(scope.now)}::text::timestamptz
     where (tenant_id, id) = (${scope.tenant.id}::int, ${row.id}::text)`);
  const known = externalId ?? row.externalId;
  return { ...row, state, lots, externalId: known, failure, endedAt: scope.now };
}

function readRefund(row: Row): RefundRow {
  return {
    id: text(row.id),
    order: text(row.order_id),
    payment: textOrNull(row.payment_id),
    source: text(row.source) as RefundRow['source'],
    target: text(row.target) as RefundRow['target'],
    amount: integer(row.amount),
    sent: integer(row.sent),
    state: text(row.state) as RefundRow['state'],
    attempts: integer(row.attempts),
    externalId: textOrNull(row.external_id),
    lots: document<KeptLot[]>(row.lots),
    outstanding: document<Record<string, number>>(row.outstanding),
    takesAll: flag(row.takes_all),
    failure: textOrNull(row.failure),
    createdAt: instant(row.created_at),
    endedAt: instantOrNull(row.ended_at),
  };
}
