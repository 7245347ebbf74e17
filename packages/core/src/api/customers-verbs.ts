/** What `bursar.customers` can do: who is entitled and pays, as the host names them. */
import type { CustomerPage, ProfileFields } from '../customers/index.ts';
import type { CustomerProfile } from './answers.ts';

/** What is known of a customer. What is left out stays, `null` empties; of addresses those that are named are replaced. */
export type CustomerFields = ProfileFields & {
  kind?: string | undefined;
  /** What other systems call it: `{ stripe: 'cus_123' }`. Systems not named stay. */
  external?: Record<string, string> | undefined;
};

/** A `reason` of 1 to 500 characters is kept in the audit, with what was before and after. */
type Reasoned = { reason?: string | undefined };

export interface CustomersVerbs {
  /** @throws {CustomerUnknownError} No command has named it. */
  get(input: { customer: string }): Promise<CustomerProfile>;
  find(input: { customer: string }): Promise<CustomerProfile | null>;
  /**
   * Makes it or changes what is known of it. `referralCode`: of somebody new, whose code brought it, such as the state of a
   * login carried; it goes before what the request sends. One that nobody has is no error.
   */
  upsert(
    input: { customer: string; referralCode?: string | undefined } & CustomerFields & Reasoned,
  ): Promise<CustomerProfile>;
  /** As `upsert`, of one that is there. @throws {CustomerUnknownError} No command has named it. */
  update(input: { customer: string } & CustomerFields & Reasoned): Promise<CustomerProfile>;
  /** Stops new spends, holds and transfers out, in every process, until `unfreeze`. A `reason` is kept in the audit. */
  freeze(input: { customer: string } & Reasoned): Promise<CustomerProfile>;
  unfreeze(input: { customer: string } & Reasoned): Promise<CustomerProfile>;
  /**
   * Takes the person out for good: the profile is emptied, a pseudonym stands for the id, subscriptions end, and whoever names
   * the id again is refused. The books stay and still verify. `force`: also with units or open holds.
   * @throws {CustomerInUseError} It has units or an open hold. @throws {CustomerUnknownError} It is not there, or not any more.
   */
  erase(input: {
    customer: string;
    /** 1 to 500 characters; kept in the audit. */
    reason: string;
    force?: boolean | undefined;
  }): Promise<CustomerProfile>;
  list(input?: {
    kind?: string | undefined;
    search?: string | undefined;
    limit?: number | undefined;
    cursor?: string | undefined;
    /** Asks for the `total` of all pages too. */
    count?: boolean | undefined;
  }): Promise<CustomerPage<CustomerProfile>>;
}
