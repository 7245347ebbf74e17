/** A customer as hosts see it: its id is theirs, and ours stays inside. */
import { type CustomerRules, type ProfileRow, roleOf } from '../customers/index.ts';
import type { Scope } from '../kernel/index.ts';
import type { CustomerProfile } from './answers.ts';

/** What a host sees of a customer. */
export function profileOf(
  { ports }: Pick<Scope, 'ports'>,
  { externalId, id: _id, updatedAt: _at, frozenAt: _frozen, erasedAt: _erased, ...row }: ProfileRow,
): CustomerProfile {
  const { discountBasisPoints, ...rest } = row;
  const rules: CustomerRules = ports.customerRules ?? {};
  return {
    ...{ id: externalId, ...rest, discountPercent: discountBasisPoints / 100 },
    badge: roleOf(rules, row.role)?.badge ?? null,
  };
}
