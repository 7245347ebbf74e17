/**
 * Moving a gauge: a level that is taken and given back, member by member, under a ceiling.
 *
 * The parts add up to the level. A level above a lowered ceiling stays and can only go down.
 */
import { lockCustomer, type Party, partyIdOf } from '../../customers/index.ts';
import { integer, requestHash, type Scope, sql } from '../../kernel/index.ts';
import { transferId } from '../entry-news.ts';
import { InvalidStateError } from '../errors.ts';
import { type Figures, figuresOf } from '../figures.ts';
import { findKeyed, type Keyed, standing } from '../keys.ts';
import { type Opened, openBalance } from '../open-balances.ts';
import { post } from '../post.ts';
import { writeDraft } from '../write-draft.ts';

export type ChangeGauge = {
  readonly customer: string;
  readonly unit: string;
  readonly usedBy: Party;
  /** Exactly one of the two: this member's part from now on, or the change of it. */
  readonly amount?: number | undefined;
  readonly delta?: number | undefined;
  readonly key?: string | undefined;
  readonly source: string;
};

export type GaugeAnswer =
  | {
      readonly allowed: true;
      readonly figures: Figures;
      readonly part: number;
      readonly transferId: string | null;
      readonly replayed: boolean;
    }
  | {
      readonly allowed: false;
      readonly reason: 'customer_frozen' | 'insufficient';
      readonly figures: Figures;
      readonly part: number;
    };

/**
 * States or changes a member's part. The same part again changes nothing and books nothing.
 *
 * @returns A part that would lift the level above the ceiling is refused in the answer; nothing was written.
 * @throws {InvalidStateError} The part would go below 0.
 * @throws {IdempotencyConflictError} The key holds another request.
 */
export function changeGauge(scope: Scope, input: ChangeGauge): Promise<GaugeAnswer> {
  return scope.transaction((inner) => changeUnderLock(inner, input));
}

async function changeUnderLock(scope: Scope, input: ChangeGauge): Promise<GaugeAnswer> {
  const customer = await lockCustomer(scope, { customer: input.customer, mode: 'share' });
  const usedById = await partyIdOf(scope, input.usedBy);
  const opened = await openBalance(scope, { customer, unit: input.unit });
  const part = await partOf(scope, { balanceId: opened.draft.balance.id, usedById });
  const first = await findFirst(scope, input, opened);
  if (first) return allowed(opened, { part, sequence: first.sequence, replayed: true });
  const wanted = wantedOf(input, part);
  const refused = refusalOf(opened, {
    change: wanted - part,
    frozen: opened.outlook.frozen,
  });
  if (refused === null && wanted !== part) {
    const sequence = await book(scope, { input, opened, usedById, part, wanted });
    return allowed(opened, { part: wanted, sequence, replayed: false });
  }
  await writeDraft(scope, opened);
  if (refused === null) return allowed(opened, { part, sequence: null, replayed: false });
  return { allowed: false, reason: refused, figures: figuresOf(opened.draft.balance), part };
}

function hashOf({ unit, usedBy, amount, delta }: ChangeGauge): bigint {
  return requestHash({ verb: 'gauge', unit, usedBy, amount: amount ?? null, delta: delta ?? null });
}

async function findFirst(
  scope: Scope,
  input: ChangeGauge,
  { draft }: Opened,
): Promise<Keyed | null> {
  const { key } = input;
  if (key === undefined) return null;
  const earlier = await findKeyed(scope, { balanceId: draft.balance.id, key });
  return standing(earlier, { key, hash: hashOf(input) });
}

function wantedOf({ amount, delta = 0 }: ChangeGauge, part: number): number {
  const wanted = amount ?? part + delta;
  if (wanted >= 0) return wanted;
  throw new InvalidStateError(`${0 - delta} asked back, ${part} taken.`, {
    part,
    requested: 0 - delta,
  });
}

async function book(
  scope: Scope,
  change: { input: ChangeGauge; opened: Opened; usedById: number; part: number; wanted: number },
): Promise<number> {
  const { input, opened, usedById, part, wanted } = change;
  const { key } = input;
  const entry = post(opened.draft, {
    kind: 'adjustment',
    amount: wanted - part,
    facts: {
      counter: 'usage',
      usedById,
      ...(key !== undefined && { key, requestHash: hashOf(input) }),
    },
  });
  await keepPart(scope, { balanceId: opened.draft.balance.id, usedById, units: wanted });
  await writeDraft(scope, opened);
  return entry.sequence;
}

function allowed(
  { draft }: Opened,
  { part, sequence, replayed }: { part: number; sequence: number | null; replayed: boolean },
): GaugeAnswer {
  const { balance } = draft;
  const name = sequence === null ? null : transferId(balance.id, sequence);
  return { allowed: true, figures: figuresOf(balance), part, transferId: name, replayed };
}

function refusalOf(
  { draft }: Opened,
  { change, frozen }: { change: number; frozen: boolean },
): 'customer_frozen' | 'insufficient' | null {
  if (change <= 0) return null;
  if (frozen) return 'customer_frozen';
  const level = draft.balance.settled + draft.balance.held;
  return level + change <= draft.balance.ceiling ? null : 'insufficient';
}

async function partOf(
  scope: Scope,
  { balanceId, usedById }: { balanceId: number; usedById: number },
): Promise<number> {
  const part = await scope.maybeOne(
    sql`
    select units from bursar.gauge_parts
     where (tenant_id, balance_id, used_by_id) = (${scope.tenant.id}::int, ${balanceId}::bigint, ${usedById}::bigint)`,
    (row) => integer(row.units),
  );
  return part ?? 0;
}

async function keepPart(
  scope: Scope,
  { balanceId, usedById, units }: { balanceId: number; usedById: number; units: number },
): Promise<void> {
  await scope.run(sql`
    insert into bursar.gauge_parts (tenant_id, balance_id, used_by_id, units)
    values (${scope.tenant.id}::int, ${balanceId}::bigint, ${usedById}::bigint, ${units}::bigint)
    on conflict (tenant_id, balance_id, used_by_id) do update set units = excluded.units`);
}
