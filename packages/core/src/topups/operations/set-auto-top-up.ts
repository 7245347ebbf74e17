/** Setting, reading and taking back a standing instruction. */
import { ensureCatalog, unitOf } from '../../catalog/index.ts';
import { findCustomer } from '../../customers/index.ts';
import {
  addDuration,
  at,
  multiply,
  newId,
  type Scope,
  sql,
  ValidationError,
} from '../../kernel/index.ts';
import { watchBalance } from '../../ledger/index.ts';
import { saleOfOffer } from '../../orders/index.ts';
import { chosenGateway } from '../../payments/index.ts';
import { type AutoTopUp, findInstruction, shownOf } from '../instruction.ts';

export type AutoTopUpOf = { readonly customer: string; readonly unit: string };

export type SetAutoTopUp = AutoTopUpOf & {
  /** It buys when so much or less is available. */
  readonly atOrBelow: number;
  /** What it buys: an offer that grants the unit. */
  readonly offer: string;
  /** 1 unless said. */
  readonly quantity?: number | undefined;
  /** The only one there is unless said; where there is none what it orders waits to be confirmed by hand. */
  readonly gateway?: string | undefined;
  /** How many may be bought in any such time: 10 within 30 days unless said. */
  readonly limit?: { readonly purchases: number; readonly per: string } | undefined;
};

/**
 * Sets the instruction, also one that has stopped; what is low already has more bought for it at once.
 * @throws {ValidationError} The offer does not grant the unit or costs nothing, or the gateway charges nobody who is away.
 * @throws {OfferUnknownError} No such offer.
 */
export async function setAutoTopUp(scope: Scope, input: SetAutoTopUp): Promise<AutoTopUp> {
  const { customer, unit, quantity = 1, limit = { purchases: 10, per: 'P30D' } } = input;
  if (unitOf(scope, unit).kind === 'gauge')
    throw wrong('/unit', 'is a gauge: nothing of it is bought');
  addDuration(scope.now, limit.per, 1, 'UTC');
  await ensureCatalog(scope);
  const name = await gatewayOf(scope, input.gateway);
  const { root, price } = await saleOfOffer(scope, input.offer, quantity);
  if (multiply(root.grants[unit] ?? 0, quantity) <= 0)
    throw wrong('/offer', `does not grant ${unit}`);
  if ((Object.values(price)[0] ?? 0) <= 0)
    throw wrong('/offer', 'costs nothing: it needs no instruction');
  return scope.transaction(async (inner) => {
    const watch = { customer, unit, topUpAt: input.atOrBelow, key: newId('set') };
    const balance = await watchBalance(inner, watch);
    const now = sql`${at(inner.now)}::text::timestamptz`;
    await inner.run(sql`
      insert into bursar.auto_top_ups (tenant_id, balance_id, offer, quantity, gateway, most, per, updated_at)
      values (${inner.tenant.id}::int, ${balance}::bigint, ${input.offer}::text, ${quantity}::int, ${name}::text,
              ${limit.purchases}::int, ${limit.per}::text, ${now})
      on conflict (tenant_id, balance_id) do update
         set offer = excluded.offer, quantity = excluded.quantity, gateway = excluded.gateway, most = excluded.most,
             per = excluded.per, declines = 0, retry_at = null, stopped_at = null, updated_at = excluded.updated_at`);
    const set = await findInstruction(inner, { where: sql`balance.id = ${balance}::bigint` });
    if (!set) throw new Error('An instruction that was set is not there.');
    return shownOf(unit, set);
  });
}

/** Who charges; `null`: there is no gateway, and what is ordered waits for an operator. */
async function gatewayOf(scope: Scope, asked: string | undefined): Promise<string | null> {
  if (asked === undefined && !scope.ports.openCheckout) return null;
  const { name, gateway } = await chosenGateway(scope, { gateway: asked });
  if (gateway.chargesOffSession !== true)
    throw wrong('/gateway', `${name} charges nobody who is away`);
  return name;
}

/** The instruction, or `null`. */
export async function findAutoTopUp(
  scope: Scope,
  { customer, unit }: AutoTopUpOf,
): Promise<AutoTopUp | null> {
  unitOf(scope, unit);
  const row = await findCustomer(scope, customer);
  if (!row) return null;
  const found = await findInstruction(scope, {
    where: sql`balance.customer_id = ${row.id}::bigint and balance.unit_id = (
      select unit.id from bursar.units as unit where (unit.tenant_id, unit.key) = (instruction.tenant_id, ${unit}::text))`,
  });
  return found && shownOf(unit, found);
}

/** Takes it back; what is being bought is bought. @returns What it was, or `null`. */
export async function removeAutoTopUp(scope: Scope, input: AutoTopUpOf): Promise<AutoTopUp | null> {
  return scope.transaction(async (inner) => {
    const was = await findAutoTopUp(inner, input);
    if (!was) return null;
    const balance = await watchBalance(inner, { ...input, topUpAt: null, key: '' });
    await inner.run(sql`
      delete from bursar.auto_top_ups where (tenant_id, balance_id) = (${inner.tenant.id}::int, ${balance}::bigint)`);
    return was;
  });
}

/** Takes all of a customer's back, as when it is erased. */
export async function forgetAutoTopUps(scope: Scope, customerId: number): Promise<void> {
  await scope.run(sql`
    delete from bursar.auto_top_ups as instruction
     using bursar.balances as balance
     where instruction.tenant_id = ${scope.tenant.id}::int
       and (balance.tenant_id, balance.id, balance.customer_id)
         = (instruction.tenant_id, instruction.balance_id, ${customerId}::bigint)`);
}

function wrong(pointer: string, detail: string): ValidationError {
  return new ValidationError([{ pointer, detail }]);
}
