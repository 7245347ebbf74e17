/** Who used what a customer has: a member, a device, a job. The customer itself unless said. */
import { integer, type Scope, sql, ValidationError } from '../kernel/index.ts';

export type Party = { readonly kind: string; readonly id: string };

/** `usedBy` as hosts write it: an id of a user, or an id with its kind. */
export type UsedBy = string | Party;

/**
 * The party that `usedBy` names; the customer itself when nothing is named.
 * @throws {ValidationError} Kind or id are empty or longer than 64 or 255 characters.
 */
export function partyOf(usedBy: UsedBy | undefined, customer: string): Party {
  if (usedBy === undefined) return { kind: 'customer', id: customer };
  const party = typeof usedBy === 'string' ? { kind: 'user', id: usedBy } : usedBy;
  const fits =
    party.id.length >= 1 &&
    party.id.length <= 255 &&
    party.kind.length >= 1 &&
    party.kind.length <= 64;
  if (!fits)
    throw new ValidationError([
      {
        pointer: '/usedBy',
        detail: 'must be an id of 1 to 255 characters, with a kind of 1 to 64',
      },
    ]);
  return party;
}

/** The party's row, made by whoever names it first. */
export async function partyIdOf(scope: Scope, party: Party): Promise<number> {
  const memory = `party/${party.kind}/${party.id}`;
  const known = scope.recall<number>(memory) ?? (await findParty(scope, party));
  if (known !== null) {
    scope.remember(memory, known);
    return known;
  }
  await scope.run(sql`
    insert into bursar.parties (tenant_id, kind, external_id)
    values (${scope.tenant.id}::int, ${party.kind}::text, ${party.id}::text)
    on conflict (tenant_id, kind, external_id) do nothing`);
  const made = await findParty(scope, party);
  if (made === null) throw new Error('A party that was made cannot be read.');
  scope.remember(memory, made);
  return made;
}

/** The party's row, or `null` while nobody has named it. */
export function findParty(scope: Scope, party: Party): Promise<number | null> {
  return scope.maybeOne(
    sql`
    select id from bursar.parties
     where (tenant_id, kind, external_id) = (${scope.tenant.id}::int, ${party.kind}::text, ${party.id}::text)`,
    (row) => integer(row.id),
  );
}
