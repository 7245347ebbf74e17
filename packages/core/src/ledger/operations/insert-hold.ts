/** Writing a hold and its legs after their entries: the slow form's second half. */
import { at, json, type Scope, sql, textOrNull } from '../../kernel/index.ts';
import type { Opened } from '../open-balances.ts';
import type { Prepared } from '../spending.ts';

/** Inserts the hold that `spend.hold` names, with the legs its drafts made. Needs the balances' locks. */
export async function insertHold(
  scope: Scope,
  {
    customerId,
    spend,
    own,
    other,
  }: {
    customerId: number;
    spend: Pick<Prepared, 'hold' | 'featureId' | 'usedById' | 'reference'>;
    own: Opened;
    other: Opened | undefined;
  },
): Promise<void> {
  const { hold } = spend;
  if (!hold) return;
  const legs = [own, ...(other ? [other] : [])].flatMap(({ draft }) =>
    draft.legs
      .filter((leg) => leg.holdId === hold.id)
      .map((leg) => ({
        leg: leg.leg,
        balance_id: draft.balance.id,
        sequence: leg.sequence,
        drawn_to: leg.drawnTo,
        amount: leg.amount,
        cost: leg.cost,
        open: leg.open,
      })),
  );
  await scope.run(sql`
    with hold as (
      insert into bursar.holds (tenant_id, id, customer_id, feature_id, used_by_id, reference_type, reference_id, expires_at, created_at)
      values (${scope.tenant.id}::int, ${hold.id}::text, ${customerId}::bigint, ${spend.featureId}::int, ${spend.usedById}::bigint,
              ${spend.reference?.type ?? null}::text, ${spend.reference?.id ?? null}::text,
              ${at(hold.expiresAt)}::text::timestamptz, ${at(scope.now)}::text::timestamptz)
    )
    insert into bursar.hold_legs (tenant_id, hold_id, leg, balance_id, sequence, drawn_to, amount, cost, expires_at, open)
    select ${scope.tenant.id}::int, ${hold.id}::text, leg, balance_id, sequence, drawn_to, amount, cost,
           ${at(hold.expiresAt)}::text::timestamptz, open
      from jsonb_populate_recordset(null::bursar.hold_legs, ${json(legs)}::text::jsonb)`);
}

/** The hold that an entry placed, or `null`. */
export function holdOf(
  scope: Scope,
  { balanceId, sequence }: { balanceId: number; sequence: number },
): Promise<string | null> {
  return scope.maybeOne(
    sql`
    select hold_id from bursar.hold_legs
     where (tenant_id, balance_id, sequence) = (${scope.tenant.id}::int, ${balanceId}::bigint, ${sequence}::bigint)`,
    (row) => textOrNull(row.hold_id),
  );
}
