/** A kit of one tenant, in the host's transaction or not: the verbs, and what is not about one customer. */
import { listAudit } from '../audit/index.ts';
import type { AnyKeys, Keys } from '../catalog/index.ts';
import { adaptTransaction, type HostTransaction, readInput } from '../kernel/index.ts';
import { bindCatalog } from './bind-catalog.ts';
import { bindCustomers, bindProfile } from './bind-customers.ts';
import { bindTold } from './bind-events.ts';
import { bindImport } from './bind-import.ts';
import { bindInsights } from './bind-insights.ts';
import { bindJobs } from './bind-jobs.ts';
import { bindLedger } from './bind-ledger.ts';
import { bindPayments } from './bind-orders.ts';
import { bindRates } from './bind-rates.ts';
import { bindRewarding } from './bind-referrals.ts';
import { bindSettings } from './bind-settings.ts';
import { bindVerbs } from './bind-verbs.ts';
import { bindWebhooks } from './bind-webhooks.ts';
import { bindReview } from './bind-withdrawals.ts';
import { bindingFor, type Given } from './binding.ts';
import type { Told } from './event-verbs.ts';
import { namedCustomerInput } from './inputs.ts';
import type { CustomerHandle, Kit } from './kit.ts';
import type { Context, Root } from './root.ts';
import { readState } from './state.ts';
import { tracedIfSeen } from './traced.ts';

/** The kit of a context. Cheap: nothing is opened. */
export function bindKit(root: Root, context: Context): Kit<AnyKeys, unknown> {
  return tracedIfSeen(bareKit(root, context), context.tenant);
}

/** As `bindKit`, without spans. */
export function bareKit(root: Root, context: Context): Kit<AnyKeys, unknown> {
  const binding = bindingFor(root, context, {});
  const { read } = binding;
  const verbs = bindVerbs(binding);
  return {
    ...verbs,
    wallet: { ...verbs.wallet, ...bindImport(binding) },
    referrals: { ...verbs.referrals, ...bindRewarding(binding) },
    withdrawals: { ...verbs.withdrawals, ...bindReview(binding) },
    state: (customer: string) =>
      read((scope) => readState(scope, readInput(namedCustomerInput, { customer }).customer)),
    customer: (id: string) => bindCustomer(root, context, { customer: id }),
    tenant: (tenant: string) =>
      bindKit(root, {
        ...context,
        tenant: readInput(namedCustomerInput, { customer: tenant }).customer,
      }),
    using: (tx) => {
      const { schema, rls: walled } = root.options;
      const lane = adaptTransaction(tx as HostTransaction, { schema, walled });
      return bindKit(root, { ...context, host: root.watch(lane, tx as object) });
    },
    customers: bindCustomers(binding),
    catalog: bindCatalog(binding),
    ledger: bindLedger(binding),
    payments: bindPayments(binding),
    jobs: bindJobs(binding),
    webhooks: bindWebhooks(root, binding),
    audit: { list: (input = {}) => read((scope) => listAudit(scope, input)) },
    rates: bindRates(binding),
    events: bindTold(root, context) as unknown as Told,
    insights: bindInsights(binding),
    settings: bindSettings(binding),
  } as Kit<AnyKeys, unknown>;
}

/** The handle of a customer, with what a request knows of it. */
export function bindCustomer<K extends Keys = AnyKeys>(
  root: Root,
  context: Context,
  given: Given & { customer: string },
): CustomerHandle<K> {
  const { customer } = readInput(namedCustomerInput, { customer: given.customer });
  const binding = bindingFor(root, context, given);
  const handle = {
    ...bindVerbs(binding),
    id: customer,
    state: () => binding.read((scope) => readState(scope, customer)),
    updateProfile: bindProfile(binding, customer),
  };
  return tracedIfSeen(handle, context.tenant) as unknown as CustomerHandle<K>;
}
