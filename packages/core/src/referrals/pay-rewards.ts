/** Paying what an event brought: grants, rows and news of rewards. */
import type { CustomerRow } from '../customers/index.ts';
import { announceAll } from '../events/index.ts';
import { at, json, type Scope, sql } from '../kernel/index.ts';
import { creditRewards } from '../ledger/index.ts';
import type { Share } from './shares.ts';

/** A share, and whose it is: the row is locked. */
export type Payee = Share & { readonly customer: CustomerRow };

export type PayRewards = {
  readonly event: string;
  readonly alias: string;
  readonly unit: string;
  readonly maturesAt: Date | null;
  readonly payees: readonly Payee[];
};

/** Credits each payee and announces `reward.paid` for each. */
export async function payRewards(scope: Scope, pay: PayRewards): Promise<void> {
  const { event, alias, unit, maturesAt, payees } = pay;
  if (payees.length === 0) return;
  const grants = await creditRewards(scope, {
    ...{ unit, effectiveAt: maturesAt, reference: { type: 'reward_event', id: event } },
    lines: payees.map(({ customer, amount, kind, level }) => ({
      ...{ customer, amount, reference: `${event}/${kind}/${level}` },
    })),
  });
  const rows = payees.map(({ customer, kind, level, amount }, index) => ({
    ...{ customer_id: customer.id, kind, level, amount, grant_id: grants[index] },
    matures_at: at(maturesAt),
  }));
  await scope.run(sql`
    insert into bursar.rewards (tenant_id, event_id, customer_id, kind, level, amount, grant_id, matures_at, created_at)
    select ${scope.tenant.id}::int, ${event}::text, customer_id, kind, level, amount, grant_id, matures_at,
           ${at(scope.now)}::text::timestamptz
      from jsonb_populate_recordset(null::bursar.rewards, ${json(rows)}::text::jsonb)`);
  await announceAll(
    scope,
    payees.map(({ customer, kind, level, amount }) => ({
      ...{ type: 'reward.paid', customer: customer.externalId },
      subject: { type: 'reward_event', id: event },
      data: {
        ...{ event, trigger: alias, beneficiary: customer.externalId, kind, level, amount, unit },
        maturesAt: maturesAt?.toISOString() ?? null,
      },
    })),
  );
}
