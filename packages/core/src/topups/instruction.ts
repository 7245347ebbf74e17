/** A standing instruction as code has it. */
import {
  instantOrNull,
  integer,
  integerOrNull,
  type Row,
  type Scope,
  type Statement,
  sql,
  text,
  textOrNull,
} from '../kernel/index.ts';

export type Instruction = {
  readonly balance: number;
  /** At how much or less it buys. */
  readonly atOrBelow: number | null;
  readonly offer: string;
  readonly quantity: number;
  readonly gateway: string | null;
  readonly most: number;
  readonly per: string;
  readonly declines: number;
  readonly retryAt: Date | null;
  readonly stoppedAt: Date | null;
};

/** A standing instruction, as it is shown. */
export type AutoTopUp = {
  readonly unit: string;
  /** At how much or less it buys. */
  readonly atOrBelow: number;
  readonly offer: string;
  readonly quantity: number;
  readonly gateway: string | null;
  readonly limit: { readonly purchases: number; readonly per: string };
  /** `stopped`: it stopped for what `top_up.stopped` says; set it anew. */
  readonly state: 'on' | 'stopped';
  readonly declines: number;
  /** Nothing is tried before. */
  readonly retryAt: Date | null;
};

/** By any condition on `balance.*` and `instruction.*`. */
export function findInstruction(
  scope: Scope,
  { where, lock = false }: { where: Statement; lock?: boolean },
): Promise<Instruction | null> {
  return scope.maybeOne(
    sql`
    select instruction.*, balance.top_up_at
      from bursar.auto_top_ups as instruction
      join bursar.balances as balance on (balance.tenant_id, balance.id) = (instruction.tenant_id, instruction.balance_id)
     where instruction.tenant_id = ${scope.tenant.id}::int and ${where}
     ${lock ? sql`for no key update of instruction` : sql``}`,
    read,
  );
}

function read(row: Row): Instruction {
  return {
    balance: integer(row.balance_id),
    atOrBelow: integerOrNull(row.top_up_at),
    offer: text(row.offer),
    quantity: integer(row.quantity),
    gateway: textOrNull(row.gateway),
    most: integer(row.most),
    per: text(row.per),
    declines: integer(row.declines),
    retryAt: instantOrNull(row.retry_at),
    stoppedAt: instantOrNull(row.stopped_at),
  };
}

/** As it is shown. */
export function shownOf(unit: string, one: Instruction): AutoTopUp {
  const { offer, quantity, gateway, declines, retryAt } = one;
  return {
    ...{ unit, atOrBelow: one.atOrBelow ?? 0, offer, quantity, gateway },
    limit: { purchases: one.most, per: one.per },
    state: one.stoppedAt === null ? 'on' : 'stopped',
    ...{ declines, retryAt },
  };
}
