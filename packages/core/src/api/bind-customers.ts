/** `bursar.customers`: who is entitled and pays. What an operator changes with a reason is kept in the audit. */
import { audited } from '../audit/index.ts';
import {
  type CustomerChange,
  findProfile,
  getProfile,
  listCustomers,
  type UpsertCustomer,
  updateCustomer,
  updateOwnProfile,
  upsertCustomer,
} from '../customers/index.ts';
import { readInput, type Scope } from '../kernel/index.ts';
import { freezeCustomer } from '../ledger/index.ts';
import type { Binding } from './binding.ts';
import type { CustomersVerbs } from './customers-verbs.ts';
import { erasePerson } from './erase-customer.ts';
import {
  eraseInput,
  freezeInput,
  listCustomersInput,
  namedCustomerInput,
  ownProfileInput,
  upsertInput,
} from './inputs.ts';
import { profileOf } from './profile.ts';

/** The verbs about customers, of one context. */
export function bindCustomers(binding: Binding): CustomersVerbs {
  const { read } = binding;
  return {
    get: async (input) => {
      const { customer } = readInput(namedCustomerInput, input);
      return read(async (scope) => profileOf(scope, await getProfile(scope, customer)));
    },
    find: async (input) => {
      const { customer } = readInput(namedCustomerInput, input);
      return read(async (scope) => {
        const found = await findProfile(scope, customer);
        return found && profileOf(scope, found);
      });
    },
    upsert: (input) => change(binding, { operation: 'customers.upsert', input }, upsertCustomer),
    update: (input) => change(binding, { operation: 'customers.update', input }, updateCustomer),
    freeze: (input) => freeze(binding, true, input),
    unfreeze: (input) => freeze(binding, false, input),
    erase: (input) => erase(binding, input),
    list: async (input) => {
      const asked = readInput(listCustomersInput, input);
      return read(async (scope) => {
        const page = await listCustomers(scope, asked);
        return { ...page, items: page.items.map((row) => profileOf(scope, row)) };
      });
    },
  };
}

/** The names of what was changed stay; what it was is kept where it can be deleted. */
async function change(
  { command }: Binding,
  { operation, input }: { operation: string; input: unknown },
  work: (scope: Scope, asked: UpsertCustomer) => Promise<CustomerChange>,
) {
  const { reason, ...asked } = readInput(upsertInput, input);
  return command(async (scope) => {
    const { customer } = await audited(
      scope,
      reason,
      (inner) => work(inner, asked as UpsertCustomer),
      ({ changed }) => {
        const fields = Object.keys(changed);
        const line = { operation, customer: asked.customer, subject: null, personal: changed };
        return fields.length === 0 ? null : { ...line, facts: { changed: fields.join(', ') } };
      },
    );
    return profileOf(scope, customer);
  });
}

async function freeze({ command }: Binding, frozen: boolean, input: unknown) {
  const { customer, reason } = readInput(freezeInput, input);
  const operation = frozen ? 'customers.freeze' : 'customers.unfreeze';
  return command(async (scope) => {
    await audited(
      scope,
      reason,
      (inner) => freezeCustomer(inner, { customer, frozen }),
      () => ({ operation, customer, subject: null, facts: { frozen } }),
    );
    return profileOf(scope, await getProfile(scope, customer));
  });
}

/** The line says that somebody was erased, and not who that was. */
async function erase({ command }: Binding, input: unknown) {
  const { customer, reason, force = false } = readInput(eraseInput, input);
  return command(async (scope) => {
    const { customer: erased } = await audited(
      scope,
      reason,
      (inner) => erasePerson(inner, { customer, force }),
      ({ customer: { externalId }, ended, released }) => ({
        ...{ operation: 'customers.erase', customer: externalId, subject: null },
        facts: { force, subscriptionsEnded: ended, holdsReleased: released },
      }),
    );
    return profileOf(scope, erased);
  });
}

/** `updateProfile` of a customer's handle. */
export function bindProfile({ command, given }: Binding, customer: string) {
  const { kind } = given;
  return (said: unknown = {}) => {
    const { profile } = readInput(ownProfileInput, { profile: said });
    return command(async (scope) => {
      const changed = await updateOwnProfile(scope, { customer, kind, said: profile });
      return profileOf(scope, changed.customer);
    });
  };
}
