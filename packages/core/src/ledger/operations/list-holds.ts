/** What a customer has reserved, newest first: as it is now, also where nobody has touched it since its time was over. */
import {
  at,
  checkLimit,
  decodeNumber,
  document,
  instant,
  instantOrNull,
  integer,
  type Page,
  pageOf,
  type Row,
  type Scope,
  sql,
  text,
  textOrNull,
} from '../../kernel/index.ts';

export type ListHolds = {
  readonly customer: string;
  readonly state?: HoldLine['state'] | undefined;
  /** 1 to 100; 20 unless said. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
};

/** What a hold reserves of one unit: a second one where credits pay the rest. */
export type HeldUnits = {
  readonly unit: string;
  readonly amount: number;
  readonly captured: number;
  readonly released: number;
};

export type HoldLine = {
  readonly id: string;
  readonly state: 'open' | 'captured' | 'released' | 'expired';
  /** The feature it is for, where that is not the unit. */
  readonly feature: string | null;
  readonly parts: readonly HeldUnits[];
  readonly reference: { readonly type: string; readonly id: string } | null;
  /** `null`: it never ends by itself. */
  readonly expiresAt: Date | null;
  readonly createdAt: Date;
};

const list = 'holds';

/**
 * A page of holds.
 * @throws {CursorError} The cursor is not one of this list.
 */
export async function listHolds(scope: Scope, input: ListHolds): Promise<Page<HoldLine>> {
  const limit = checkLimit(input.limit);
  const offset = decodeNumber(list, input.cursor) ?? Number.MAX_SAFE_INTEGER;
  const state = input.state ?? null;
  const rows = await scope.many(
    sql`
    with own as (
      select hold.*, first.balance_id, first.sequence,
             case when hold.state = 'open' and hold.expires_at <= ${at(scope.now)}::text::timestamptz then 'expired'
                  else hold.state end as state_now,
             (extract(epoch from hold.created_at) * 1000)::bigint as made
        from bursar.holds as hold
        join bursar.customers as customer on (customer.tenant_id, customer.id) = (hold.tenant_id, hold.customer_id)
        join bursar.hold_legs as first on (first.tenant_id, first.hold_id, first.leg) = (hold.tenant_id, hold.id, 0)
       where (customer.tenant_id, customer.external_id) = (${scope.tenant.id}::int, ${input.customer}::text)
    ), placed as (
      select *, row_number() over (order by made, id) as place from own
    )
    select placed.id, placed.state_now, placed.reference_type, placed.reference_id, placed.expires_at, placed.created_at,
           placed.place, feature.key as feature,
           (select jsonb_agg(jsonb_build_object('unit', unit.key, 'amount', leg.amount, 'captured', leg.captured,
                       'released', case placed.state_now when 'expired' then leg.amount - leg.captured else leg.released end)
                     order by leg.leg)
              from bursar.hold_legs as leg
              join bursar.balances as balance on (balance.tenant_id, balance.id) = (leg.tenant_id, leg.balance_id)
              join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
             where (leg.tenant_id, leg.hold_id) = (placed.tenant_id, placed.id) and leg.amount > 0) as parts
      from placed
      left join bursar.features as feature on (feature.tenant_id, feature.id) = (placed.tenant_id, placed.feature_id)
     where placed.place < ${offset}::bigint and (${state}::text is null or placed.state_now = ${state}::text)
     order by placed.place desc
     limit ${limit + 1}::int`,
    readLine,
  );
  const { items, next } = pageOf(list, rows, limit, (row) => [row.place]);
  return { items: items.map(({ place: _, ...line }) => line), next };
}

function readLine(row: Row): HoldLine & { readonly place: number } {
  const type = textOrNull(row.reference_type);
  return {
    place: integer(row.place),
    id: text(row.id),
    state: text(row.state_now) as HoldLine['state'],
    feature: textOrNull(row.feature),
    parts: document<Row[] | null>(row.parts)?.map(readPart) ?? [],
    reference: type === null ? null : { type, id: text(row.reference_id) },
    expiresAt: instantOrNull(row.expires_at),
    createdAt: instant(row.created_at),
  };
}

function readPart(part: Row): HeldUnits {
  return {
    unit: text(part.unit),
    amount: integer(part.amount),
    captured: integer(part.captured),
    released: integer(part.released),
  };
}
