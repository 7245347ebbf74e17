/** Self-service: what somebody may change of its own profile, and nothing else. */
import { z } from 'zod';
import { readInput, type Scope } from '../../kernel/index.ts';
import { optionalFields, type ProfileFields } from '../profile-fields.ts';
import { selfServiceFields } from '../rules.ts';
import { type CustomerChange, upsertCustomer } from './upsert-customer.ts';

const shape = z.strictObject(optionalFields);

export type OwnProfile = {
  readonly customer: string;
  readonly kind?: string | undefined;
  /** Whatever was sent. */
  readonly said: Readonly<Record<string, unknown>>;
};

/**
 * Changes those of the fields that customers may change of themselves; all others are ignored, whatever they hold. One bad
 * value among the allowed ones refuses all of them.
 *
 * @throws {ValidationError} Names each field that is wrong; nothing is written.
 */
export async function updateOwnProfile(scope: Scope, own: OwnProfile): Promise<CustomerChange> {
  const { customer, kind, said } = own;
  const allowed = scope.ports.customerRules?.selfService ?? selfServiceFields;
  const fields = Object.fromEntries(
    allowed.filter((name) => Object.hasOwn(said, name)).map((name) => [name, said[name]]),
  );
  const read = readInput(shape, fields) as ProfileFields;
  return upsertCustomer(scope, { ...read, customer, ...(kind !== undefined && { kind }) });
}
