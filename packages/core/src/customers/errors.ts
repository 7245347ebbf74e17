/** What can go wrong with naming a customer. */
import { BursarError } from '../kernel/index.ts';

/** Somebody else was named who is not there, or who was erased. */
export class CustomerUnknownError extends BursarError {
  override readonly code = 'customer_unknown';
  constructor(customer: string) {
    super(`There is no customer ${customer}.`, { customer });
  }
}

/** Another customer already has this id in another system; nothing was written. */
export class ExternalTakenError extends BursarError {
  override readonly code = 'already_exists';
  constructor(taken: { system: string; external: string }) {
    super(`${taken.system} id ${taken.external} belongs to another customer.`, taken);
  }
}

/** The customer still has something: units, or a hold that is open. Nothing was written; `force` erases it all the same. */
export class CustomerInUseError extends BursarError {
  override readonly code = 'in_use';
  constructor(of: {
    customer: string;
    balances: readonly { unit: string; settled: number }[];
    holds: readonly string[];
  }) {
    super(`Customer ${of.customer} still has a balance or an open hold.`, of);
  }
}
