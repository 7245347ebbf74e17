/** The door of customers: who is entitled and pays, and the parties that use on their behalf. */
export { answerOnce, type Keyed } from './answer-once.ts';
export { type CustomerRow, checkCustomerId, readCustomer } from './customer.ts';
export { CustomerInUseError, CustomerUnknownError, ExternalTakenError } from './errors.ts';
export type { CustomerEvents } from './events.ts';
export {
  type EnsureCustomer,
  ensureCustomer,
  lockCustomer,
  lockKnownCustomer,
  lockKnownCustomers,
} from './operations/ensure-customer.ts';
export { lockCustomers } from './operations/ensure-customers.ts';
export { eraseCustomer } from './operations/erase-customer.ts';
export { findCustomer, findProfile, getCustomer, getProfile } from './operations/find-customer.ts';
export { leaveOutErased } from './operations/leave-out-erased.ts';
export {
  type CustomerPage,
  type ListCustomers,
  listCustomers,
} from './operations/list-customers.ts';
export { type OwnProfile, updateOwnProfile } from './operations/update-own-profile.ts';
export {
  type CustomerChange,
  type UpsertCustomer,
  updateCustomer,
  upsertCustomer,
} from './operations/upsert-customer.ts';
export { findParty, type Party, partyIdOf, partyOf, type UsedBy } from './party.ts';
export {
  type Address,
  type Addresses,
  type AddressKey,
  type AddressKind,
  type ProfileRow,
  profileColumns,
  readProfile,
} from './profile.ts';
export {
  optionalFields,
  type ProfileField,
  type ProfileFields,
  profileFields,
  type ReadFields,
} from './profile-fields.ts';
export { pseudonymOf } from './pseudonym.ts';
export {
  type Creating,
  type CustomerRules,
  type Newcomer,
  type Role,
  roleOf,
  selfServiceFields,
} from './rules.ts';
