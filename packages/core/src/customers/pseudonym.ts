/**
 * What stands where an erased customer's id stood: always the same for the same id, so that whoever names the id again is
 * recognised, and nothing that could be read back. Whoever holds both the books and a list of ids can still try them out.
 */
import { contentHash, type Scope } from '../kernel/index.ts';

/** The pseudonym of a host's id, of one tenant. */
export function pseudonymOf({ tenant }: Scope, customer: string): string {
  return `erased_${contentHash(['erased', tenant.key, customer]).slice(0, 32)}`;
}
