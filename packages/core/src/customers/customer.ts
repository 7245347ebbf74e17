/** A customer as it is stored, and the id a host may give one. */
import {
  instant,
  instantOrNull,
  integer,
  type Row,
  text,
  textOrNull,
  ValidationError,
} from '../kernel/index.ts';

export type CustomerRow = {
  readonly id: number;
  /** What the host calls it. */
  readonly externalId: string;
  /** user, team, company: any word of the host's. */
  readonly kind: string;
  readonly email: string | null;
  readonly name: string | null;
  readonly locale: string | null;
  /** IANA; UTC unless said. */
  readonly timeZone: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly frozenAt: Date | null;
  readonly erasedAt: Date | null;
};

/** A row of `bursar.customers`. */
export function readCustomer(row: Row): CustomerRow {
  return {
    id: integer(row.id),
    externalId: text(row.external_id),
    kind: text(row.kind),
    email: textOrNull(row.email),
    name: textOrNull(row.name),
    locale: textOrNull(row.locale),
    timeZone: text(row.time_zone),
    createdAt: instant(row.created_at),
    updatedAt: instant(row.updated_at),
    frozenAt: instantOrNull(row.frozen_at),
    erasedAt: instantOrNull(row.erased_at),
  };
}

/**
 * Refuses what no customer can be called.
 * @throws {ValidationError} Not a text of 1 to 255 characters without control characters.
 */
export function checkCustomerId(customer: unknown): string {
  // A NUL cannot be stored, and the other control characters only come by mistake.
  const usable =
    typeof customer === 'string' &&
    customer.length >= 1 &&
    customer.length <= 255 &&
    !hasControl(customer);
  if (!usable)
    throw new ValidationError([
      { pointer: '/customer', detail: 'must be a text of 1 to 255 characters' },
    ]);
  return customer;
}

function hasControl(value: string): boolean {
  for (let index = 0; index < value.length; index += 1)
    if (value.charCodeAt(index) < 32) return true;
  return false;
}
