/**
 * What is known of a customer as a person. It stands in the customer's own row, so nobody is without a profile; what most
 * commands need of that row they read without it.
 */
import {
  document,
  flag,
  integer,
  type Row,
  type Statement,
  sql,
  text,
  textOrNull,
} from '../kernel/index.ts';
import { type CustomerRow, readCustomer } from './customer.ts';

/** An address as it is kept: trimmed, without what is blank. */
export type Address = Readonly<Partial<Record<AddressKey, string>>>;
export type AddressKey = (typeof addressKeys)[number];
export type AddressKind = (typeof addressKinds)[number];
export type Addresses = Readonly<Partial<Record<AddressKind, Address>>>;

export const addressKinds = ['billing', 'shipping', 'other'] as const;
export const addressKeys = [
  ...(['email', 'phone', 'address_1', 'postcode', 'city', 'state', 'country'] as const),
] as const;

export type ProfileRow = CustomerRow & {
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly phone: string | null;
  /** Two capitals. */
  readonly country: string | null;
  /** `2001-02-03`. */
  readonly birthDate: string | null;
  readonly avatarUrl: string | null;
  readonly emailOptIn: boolean;
  readonly smsOptIn: boolean;
  /** 0 to 10,000. */
  readonly discountBasisPoints: number;
  readonly role: string;
  readonly extra: Readonly<Record<string, unknown>>;
  readonly addresses: Addresses;
};

/** What `readProfile` needs of `bursar.customers`. */
export const profileColumns: Statement = sql`
  id, external_id, kind, email, name, locale, time_zone, created_at, updated_at, frozen_at, erased_at, first_name, last_name,
  phone, country, birth_date, avatar_url, email_opt_in, sms_opt_in, discount_basis_points, role, extra, addresses`;

/** A row of `bursar.customers` with its profile. */
export function readProfile(row: Row): ProfileRow {
  return {
    ...readCustomer(row),
    firstName: textOrNull(row.first_name),
    lastName: textOrNull(row.last_name),
    phone: textOrNull(row.phone),
    country: textOrNull(row.country),
    birthDate: textOrNull(row.birth_date),
    avatarUrl: textOrNull(row.avatar_url),
    emailOptIn: flag(row.email_opt_in),
    smsOptIn: flag(row.sms_opt_in),
    discountBasisPoints: integer(row.discount_basis_points),
    role: text(row.role),
    extra: document<Record<string, unknown>>(row.extra),
    addresses: document<Addresses>(row.addresses),
  };
}
