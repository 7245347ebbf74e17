/** A customer as hosts see it: its id is theirs, and ours stays inside. */
import type { CustomerRow } from '../customers/index.ts';
import type { CustomerProfile } from './answers.ts';

/** What a host sees of a customer. */
export function profileOf({
  externalId,
  kind,
  email,
  name,
  locale,
  timeZone,
  createdAt,
}: CustomerRow): CustomerProfile {
  return { id: externalId, kind, email, name, locale, timeZone, createdAt };
}
