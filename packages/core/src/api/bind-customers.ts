/** `bursar.customers`: who is entitled and pays. What an operator changes with a reason is kept in the audit. */
import { audited } from '../audit/index.ts';
import {
  type CustomerChange,
  findCustomer,
  getCustomer,
  listCustomers,
  type UpsertCustomer,
  updateCustomer,
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
  upsertInput,
} from './inputs.ts';
import { profileOf } from './profile.ts';

/** The verbs about customers, of one context. */
export function bindCustomers(binding: Binding): CustomersVerbs {
  const { read } = binding;
  return {
    get: async (input) => {
      const { customer } = readInput(namedCustomerInput, input);
      return profileOf(await read((scope) => getCustomer(scope, customer)));
    },
    find: async (input) => {
      const { customer } = readInput(namedCustomerInput, input);
      const found = await read((scope) => findCustomer(scope, customer));
      return found && profileOf(found);
    },
    upsert: (input) => change(binding, { operation: 'customers.upsert', input }, upsertCustomer),
    update: (input) => change(binding, { operation: 'customers.update', input }, updateCustomer),
    freeze: (input) => freeze(binding, true, input),
    unfreeze: (input) => freeze(binding, false, input),
    erase: (input) => erase(binding, input),
    list: async (input) => {
      const asked = readInput(listCustomersInput, input);
      const page = await read((scope) => listCustomers(scope, asked));
      return { ...page, items: page.items.map(profileOf) };
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
  const { customer } = await command((scope) =>
    audited(
      scope,
      reason,
      (inner) => work(inner, asked),
      ({ changed }) => {
        const fields = Object.keys(changed);
        const line = { operation, customer: asked.customer, subject: null, personal: changed };
        return fields.length === 0 ? null : { ...line, facts: { changed: fields.join(', ') } };
      },
    ),
  );
  return profileOf(customer);
}

async function freeze({ command }: Binding, frozen: boolean, input: unknown) {
  const { customer, reason } = readInput(freezeInput, input);
  const operation = frozen ? 'customers.freeze' : 'customers.unfreeze';
  const row = await command((scope) =>
    audited(
      scope,
      reason,
      (inner) => freezeCustomer(inner, { customer, frozen }),
      () => ({ operation, customer, subject: null, facts: { frozen } }),
    ),
  );
  return profileOf(row);
}

/** The line says that somebody was erased, and not who that was. */
async function erase({ command }: Binding, input: unknown) {
  const { customer, reason, force = false } = readInput(eraseInput, input);
  const { customer: erased } = await command((scope) =>
    audited(
      scope,
      reason,
      (inner) => erasePerson(inner, { customer, force }),
      ({ customer: { externalId }, ended, released }) => ({
        ...{ operation: 'customers.erase', customer: externalId, subject: null },
        facts: { force, subscriptionsEnded: ended, holdsReleased: released },
      }),
    ),
  );
  return profileOf(erased);
}
