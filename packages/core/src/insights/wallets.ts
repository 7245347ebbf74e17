/** What figures over all wallets are made of: which units, and which balances their rows do not tell of. */
import { unitOf } from '../catalog/index.ts';
import { json, type Scope, type Statement, sql } from '../kernel/index.ts';
import { type Behind, readBehind } from '../ledger/index.ts';

/**
 * The units that wallets are in: all but gauges, which count levels, or the one that is named.
 * @throws {UnitUnknownError} The catalogue has no such unit.
 */
export function walletUnits(scope: Scope, unit: string | undefined): string[] {
  const units =
    unit === undefined ? Object.values(scope.ports.catalog.units) : [unitOf(scope, unit)];
  return units.filter(({ kind }) => kind !== 'gauge').map(({ key }) => key);
}

/** Which balances are told from memory, and up to which of their entries the database tells the rest. */
export type Told = { readonly id: number; readonly sequence: number };

/**
 * Tells of each balance that is behind, and keeps which they were.
 * @returns To leave them out of what is read afterwards: settled or moved meanwhile, none of them counts twice.
 */
export async function foldBehind(
  scope: Scope,
  units: readonly string[],
  tell: (behind: Behind) => void,
): Promise<Told[]> {
  const told: Told[] = [];
  for await (const page of readBehind(scope, { units })) {
    for (const one of page) {
      tell(one);
      told.push({ id: one.balanceId, sequence: one.sequence });
    }
  }
  return told;
}

/** Rows `told (id, sequence)`. */
export function toldRows(told: readonly Told[]): Statement {
  return sql`
      select id, sequence from jsonb_to_recordset(${json(told)}::text::jsonb) as told (id bigint, sequence bigint)`;
}
