/** Rates that an operator sets for a tenant: they hold for the pair and, upside down, for its reverse. */
import { z } from 'zod';
import { unitOf } from '../../catalog/index.ts';
import { at, instant, type Row, readInput, type Scope, sql, text } from '../../kernel/index.ts';
import { inverse, isDecimalRate, type Pair, type Rate } from '../rate.ts';

export type SetRate = Pair & {
  /** How many wholes of `to` one has for one whole of `from`: `1.0842`. */
  readonly rate: string;
};

export type ManualRate = SetRate & { readonly updatedAt: Date };

const unit = z.string().min(1).max(64);
const pairInput = z.strictObject({ from: unit, to: unit });
const setInput = pairInput.extend({
  rate: z
    .string()
    .refine(
      isDecimalRate,
      'must be a decimal above zero as a text, like 1.0842, with at most 12 decimals',
    ),
});
const apart = <T extends Pair>(shape: z.ZodType<T>) =>
  shape.refine(({ from, to }) => from !== to, { path: ['to'], error: 'must be another unit' });

/**
 * Sets a rate of the tenant's own, which comes before all others. The same again changes nothing.
 *
 * @returns What was set before, or `null`.
 * @throws {UnitUnknownError} The catalogue lacks a unit. @throws {ValidationError} It is no rate. Nothing is written.
 */
export async function setRate(
  scope: Scope,
  input: SetRate,
): Promise<{ old: string | null; new: string }> {
  const { from, to, rate } = readInput(apart(setInput), input);
  for (const one of [from, to]) unitOf(scope, one);
  return scope.transaction(async (inner) => {
    const old = await inner.maybeOne(
      sql`
      select rate from bursar.manual_rates
       where (tenant_id, from_unit, to_unit) = (${inner.tenant.id}::int, ${from}::text, ${to}::text)
         for update`,
      (row) => text(row.rate),
    );
    await inner.run(sql`
      insert into bursar.manual_rates as kept (tenant_id, from_unit, to_unit, rate, updated_at)
      values (${inner.tenant.id}::int, ${from}::text, ${to}::text, ${rate}::text, ${at(inner.now)}::text::timestamptz)
      on conflict (tenant_id, from_unit, to_unit)
      do update set rate = excluded.rate, updated_at = excluded.updated_at where kept.rate <> excluded.rate`);
    return { old, new: rate };
  });
}

/** Deletes a rate of the tenant's own: others hold again. @returns What it was, or `null`. */
export async function unsetRate(scope: Scope, input: Pair): Promise<{ old: string | null }> {
  const { from, to } = readInput(pairInput, input);
  const old = await scope.maybeOne(
    sql`
    delete from bursar.manual_rates where (tenant_id, from_unit, to_unit) = (${scope.tenant.id}::int, ${from}::text, ${to}::text)
    returning rate`,
    (row) => text(row.rate),
  );
  return { old };
}

/** The tenant's own rate for a pair, or for its reverse upside down. */
export async function findManualRate(scope: Scope, { from, to }: Pair): Promise<Rate | null> {
  const [rate] = await scope.many(
    sql`
    select from_unit, rate, updated_at from bursar.manual_rates
     where tenant_id = ${scope.tenant.id}::int
       and (from_unit, to_unit) in ((${from}::text, ${to}::text), (${to}::text, ${from}::text))
     order by from_unit = ${from}::text desc`,
    (row) => {
      const known: Rate = {
        of: text(row.rate),
        per: '1',
        source: 'manual',
        at: instant(row.updated_at),
      };
      return row.from_unit === from ? known : inverse(known);
    },
  );
  return rate ?? null;
}

/** All rates of the tenant's own, at most a thousand. */
export function listManualRates(scope: Scope): Promise<readonly ManualRate[]> {
  return scope.many(
    sql`
    select from_unit, to_unit, rate, updated_at from bursar.manual_rates
     where tenant_id = ${scope.tenant.id}::int
     order by from_unit, to_unit
     limit 1000`,
    readManual,
  );
}

function readManual(row: Row): ManualRate {
  return {
    ...{ from: text(row.from_unit), to: text(row.to_unit), rate: text(row.rate) },
    updatedAt: instant(row.updated_at),
  };
}
