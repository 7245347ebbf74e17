/** What became another in a profile, as texts: for the audit, which keeps them where they can be deleted. */
import { json } from '../kernel/index.ts';
import { addressKinds, type ProfileRow } from './profile.ts';

type Known = string | null;

/** By the field's name, before and after; addresses one by one. */
export function changesOf(
  before: ProfileRow,
  after: ProfileRow,
): Readonly<Record<string, { readonly before: Known; readonly after: Known }>> {
  const [old, now] = [textsOf(before), textsOf(after)];
  return Object.fromEntries(
    Object.keys(now)
      .filter((name) => old[name] !== now[name])
      .map((name) => [name, { before: old[name] ?? null, after: now[name] ?? null }]),
  );
}

function textsOf(row: ProfileRow): Record<string, Known> {
  const { kind, email, name, locale, timeZone, firstName, lastName, phone, country } = row;
  const { birthDate, avatarUrl, role, addresses } = row;
  return {
    ...{ kind, email, name, locale, timeZone, firstName, lastName, phone, country, birthDate },
    ...{ avatarUrl, role, emailOptIn: String(row.emailOptIn), smsOptIn: String(row.smsOptIn) },
    discountPercent: String(row.discountBasisPoints / 100),
    extra: json(sorted(row.extra)),
    ...Object.fromEntries(
      addressKinds.map((one) => [
        `addresses.${one}`,
        addresses[one] ? json(sorted(addresses[one])) : null,
      ]),
    ),
  };
}

/** A database keeps a document's keys in an order of its own. */
function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
