/**
 * Each verb of the kit as somebody would call it who has no business to: a new verb is given its cases here.
 *
 * A call is made three times over: by an owner, with its own names, where it must do something; by a stranger with the names of
 * somebody else's; and by a stranger with names that nobody ever had.
 */
import type { Page } from '@bursar/core';
import type { AnyKit, Names } from './strangers.ts';

/** `who` acts, and `names` are what it asks with: its own, somebody else's, or nobody's. */
export type Asked = { readonly kit: AnyKit; readonly who: string; readonly names: Names };
type Call = (asked: Asked) => unknown;

/**
 * `named` names what a customer owns, for another; `outright` names it for nobody, which is the host's right in its own tenant;
 * `claimed` gives names of its own, that others may have given too; `plain` names only who acts, and a key; `wide` asks of a
 * whole tenant.
 */
export type Kind = 'named' | 'outright' | 'claimed' | 'plain' | 'wide';

export type Case = {
  readonly kind: Kind;
  readonly call: Call;
  /** Brings what is named to where the call would do something. */
  readonly before: Call | null;
};

const caseOf =
  (kind: Kind) =>
  (call: Call, before: Call | null = null): Case => ({ kind, call, before });
const named = caseOf('named');
const outright = caseOf('outright');
const claimed = caseOf('claimed');
const plain = caseOf('plain');
const wide = caseOf('wide');

const points = 'points';
const calls = { feature: 'api-calls' } as const;
const reason = 'asked by hand';
const since = { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' } as const;

const unkeyed = ({ who, names }: Asked) => ({
  ...{ customer: who, subscription: names.subscription, reason },
});
const target = (asked: Asked) => ({ ...unkeyed(asked), idempotencyKey: asked.names.key });
const keyed = ({ who, names }: Asked) => ({ customer: who, idempotencyKey: names.key });
const cancel: Call = ({ kit, who, names }) =>
  kit.subscriptions.cancel({ customer: who, subscription: names.subscription });
const pause: Call = ({ kit, who, names }) =>
  kit.subscriptions.pause({ customer: who, subscription: names.subscription });
const remove: Call = ({ kit, who, names }) =>
  kit.subscriptions.delete({ customer: who, subscription: names.subscription });
const takeSeat: Call = ({ kit, who }) =>
  kit.entitlements.set({ customer: who, feature: 'seats', amount: 1 });

const buyAgain: Call = ({ kit, who }) =>
  kit.wallet.setAutoTopUp({ customer: who, unit: points, atOrBelow: 1, offer: 'pack' });

const check = [plain(({ kit, who }) => kit.check({ customer: who, ...calls, sources: true }))];
const consume = [plain((asked) => asked.kit.consume({ ...keyed(asked), ...calls }))];
const tryConsume = [
  plain((asked) => asked.kit.tryConsume({ ...keyed(asked), ...calls, amount: 2 })),
];
const giveBack = [
  named((asked) => asked.kit.giveBack({ ...keyed(asked), of: asked.names.spend })),
  named((asked) =>
    asked.kit.giveBack({ ...keyed(asked), ...calls, of: asked.names.spend, amount: 1 }),
  ),
  plain((asked) => asked.kit.giveBack({ ...keyed(asked), feature: 'seats' }), takeSeat),
];
const hold = [
  plain(async (asked) => ({
    ...(await asked.kit.hold({ ...keyed(asked), unit: points, amount: 2 })),
  })),
];
const create = [
  plain((asked) => asked.kit.subscribe({ ...keyed(asked), plan: 'hourly' })),
  claimed(({ kit, who, names }) =>
    kit.subscribe({
      ...{ customer: who, plan: 'hourly', fingerprints: [names.external] },
      ...{ id: `mine-${names.external}`, external: { gateway: 'stripe', id: names.external } },
    }),
  ),
];

const subscriptions: Record<string, readonly Case[]> = {
  create,
  get: [
    named(({ kit, who, names }) =>
      kit.subscriptions.get({ customer: who, subscription: names.subscription }),
    ),
    outright(({ kit, names }) =>
      kit.subscriptions.get({ subscription: names.subscription } as never),
    ),
  ],
  current: [plain(({ kit, who }) => kit.subscriptions.current({ customer: who }))],
  list: [
    plain(({ kit, who }) => kit.subscriptions.list({ customer: who, count: true })),
    wide(({ kit }) => kit.subscriptions.list({ count: true })),
  ],
  periods: [
    named(({ kit, who, names }) =>
      kit.subscriptions.periods({ customer: who, subscription: names.subscription, usage: true }),
    ),
    outright(({ kit, names }) =>
      kit.subscriptions.periods({ subscription: names.subscription } as never),
    ),
  ],
  preview: [
    named(({ kit, who, names }) =>
      kit.subscriptions.preview({ customer: who, subscription: names.subscription, plan: 'free' }),
    ),
  ],
  cancel: [named((asked) => asked.kit.subscriptions.cancel(target(asked)))],
  resume: [named((asked) => asked.kit.subscriptions.resume(target(asked)), cancel)],
  pause: [named((asked) => asked.kit.subscriptions.pause(target(asked)))],
  unpause: [named((asked) => asked.kit.subscriptions.unpause(target(asked)), pause)],
  change: [named((asked) => asked.kit.subscriptions.change({ ...target(asked), plan: 'free' }))],
  addFeature: [
    named((asked) => asked.kit.subscriptions.addFeature({ ...target(asked), feature: 'burst' })),
  ],
  removeFeature: [
    named((asked) => asked.kit.subscriptions.removeFeature({ ...target(asked), feature: 'seats' })),
  ],
  setQuota: [
    named((asked) => asked.kit.subscriptions.setQuota({ ...target(asked), ...calls, quota: 9 })),
  ],
  reset: [named((asked) => asked.kit.subscriptions.reset({ ...target(asked), ...calls }))],
  delete: [named((asked) => asked.kit.subscriptions.delete(unkeyed(asked)))],
  restore: [named((asked) => asked.kit.subscriptions.restore(unkeyed(asked)), remove)],
  purge: [named((asked) => asked.kit.subscriptions.purge(unkeyed(asked)), remove)],
};

const entitlements: Record<string, readonly Case[]> = {
  ...{ check, consume, tryConsume, giveBack },
  set: [
    plain(({ kit, who, names }) =>
      kit.entitlements.set({ customer: who, feature: 'seats', amount: 1, usedBy: names.key }),
    ),
  ],
  list: [plain(({ kit, who }) => kit.entitlements.list({ customer: who }))],
  usage: [
    plain(({ kit, who }) => kit.entitlements.usage({ customer: who, ...calls, by: 'usedBy' })),
  ],
};

const money = { unit: points, amount: 4 } as const;

const indebted: Call = async ({ kit, who }) => {
  await kit.wallet.setLimits({ customer: who, unit: points, floor: -2_000, reason });
  await kit.wallet.debit({ customer: who, unit: points, amount: 1_000, reason });
};

const wallet: Record<string, readonly Case[]> = {
  hold,
  credit: [plain((asked) => asked.kit.wallet.credit({ ...keyed(asked), ...money, reason }))],
  debit: [plain((asked) => asked.kit.wallet.debit({ ...keyed(asked), ...money, reason }))],
  queue: [
    plain((asked) => asked.kit.wallet.queue({ ...keyed(asked), ...money, operation: 'credit' })),
  ],
  exchange: [
    plain((asked) =>
      asked.kit.wallet.exchange({ ...keyed(asked), from: 'EUR', to: points, amount: 100 }),
    ),
  ],
  // Money may be sent to anybody of one's own tenant.
  transfer: [
    plain(
      (asked) => asked.kit.wallet.transfer({ ...keyed(asked), ...money, to: 'friend' }),
      ({ kit }) => kit.customers.upsert({ customer: 'friend' }),
    ),
    wide(({ kit, who, names }) =>
      kit.wallet.transfer({ customer: who, ...money, to: names.customer }),
    ),
  ],
  holds: [plain(({ kit, who }) => kit.wallet.holds({ customer: who }))],
  capture: [
    named((asked) =>
      asked.kit.wallet.capture({ ...keyed(asked), hold: asked.names.hold, amount: 2 }),
    ),
    outright(({ kit, names }) => kit.wallet.capture({ hold: names.hold })),
  ],
  release: [
    named(({ kit, who, names }) => kit.wallet.release({ customer: who, hold: names.hold })),
    outright(({ kit, names }) => kit.wallet.release({ hold: names.hold })),
  ],
  extend: [
    named(({ kit, who, names }) =>
      kit.wallet.extend({ customer: who, hold: names.hold, until: 'P30D' }),
    ),
    outright(({ kit, names }) => kit.wallet.extend({ hold: names.hold, until: 'P30D' })),
  ],
  balance: [plain(({ kit, who }) => kit.wallet.balance({ customer: who, unit: points }))],
  balances: [plain(({ kit, who }) => kit.wallet.balances({ customer: who }))],
  sweep: [plain(({ kit, who }) => kit.wallet.sweep({ customer: who }))],
  warnings: [plain(({ kit, who }) => kit.wallet.warnings({ customer: who }))],
  setAutoTopUp: [plain(buyAgain)],
  autoTopUp: [plain(({ kit, who }) => kit.wallet.autoTopUp({ customer: who, unit: points }))],
  removeAutoTopUp: [
    plain(({ kit, who }) => kit.wallet.removeAutoTopUp({ customer: who, unit: points }), buyAgain),
  ],
  statement: [plain(({ kit, who }) => kit.wallet.statement({ customer: who, unit: points }))],
  owed: [
    plain(({ kit, who }) => kit.wallet.owed({ customer: who }), indebted),
    wide(({ kit }) => kit.wallet.owed(), indebted),
  ],
  totals: [plain(({ kit, who }) => kit.wallet.totals({ customer: who, ...since, all: true }))],
  grants: [plain(({ kit, who }) => kit.wallet.grants({ customer: who, unit: points }))],
  setLimits: [
    plain(({ kit, who }) =>
      kit.wallet.setLimits({ customer: who, unit: points, floor: -3, reason }),
    ),
  ],
  voidGrant: [
    named(({ kit, who, names }) =>
      kit.wallet.voidGrant({ customer: who, grant: names.grant, reason }),
    ),
    outright(({ kit, names }) => kit.wallet.voidGrant({ grant: names.grant, reason })),
  ],
  setExpiry: [
    named(({ kit, who, names }) =>
      kit.wallet.setExpiry({ customer: who, grant: names.grant, expiresAt: since.to, reason }),
    ),
    plain(({ kit, who }) =>
      kit.wallet.setExpiry({ customer: who, unit: points, expiresAt: since.to, reason }),
    ),
  ],
  freeze: [plain(({ kit, who }) => kit.wallet.freeze({ customer: who, unit: points, reason }))],
  unfreeze: [plain(({ kit, who }) => kit.wallet.unfreeze({ customer: who, unit: points, reason }))],
  adjust: [
    plain((asked) => asked.kit.wallet.adjust({ ...keyed(asked), unit: points, to: 77, reason })),
  ],
  reset: [plain((asked) => asked.kit.wallet.reset({ ...keyed(asked), unit: 'EUR', reason }))],
  reverse: [
    named((asked) =>
      asked.kit.wallet.reverse({ ...keyed(asked), transfer: asked.names.transfer, reason }),
    ),
    outright(({ kit, names }) => kit.wallet.reverse({ transfer: names.transfer, reason })),
  ],
  import: [
    plain(({ kit, who, names }) =>
      kit.wallet.import({ key: names.key, credits: [{ customer: who, ...money }] }),
    ),
  ],
};

const paid: Call = ({ kit, who, names }) =>
  kit.orders.confirm({ customer: who, order: names.order, payment: 'manual', reason });

const orders: Record<string, readonly Case[]> = {
  create: [plain((asked) => asked.kit.orders.create({ ...keyed(asked), offer: 'pack' }))],
  get: [
    named(({ kit, who, names }) => kit.orders.get({ customer: who, order: names.order })),
    outright(({ kit, names }) => kit.orders.get({ order: names.order } as never)),
  ],
  receipt: [
    named(({ kit, who, names }) => kit.orders.receipt({ customer: who, order: names.order }), paid),
    outright(({ kit, names }) => kit.orders.receipt({ order: names.order }), paid),
  ],
  list: [
    plain(({ kit, who }) => kit.orders.list({ customer: who })),
    wide(({ kit }) => kit.orders.list()),
  ],
  purchases: [plain(({ kit, who }) => kit.orders.purchases({ customer: who }))],
  credits: [plain(({ kit, who }) => kit.orders.credits({ customer: who }))],
  pay: [
    named(({ kit, who, names }) => kit.orders.pay({ customer: who, order: names.order })),
    outright(({ kit, names }) => kit.orders.pay({ order: names.order } as never)),
  ],
  confirm: [
    named(({ kit, who, names }) =>
      kit.orders.confirm({ customer: who, order: names.order, payment: 'manual', reason }),
    ),
    outright(({ kit, names }) =>
      kit.orders.confirm({ order: names.order, payment: 'manual', reason } as never),
    ),
  ],
  cancel: [
    named(({ kit, who, names }) =>
      kit.orders.cancel({ customer: who, order: names.order, reason }),
    ),
    outright(({ kit, names }) => kit.orders.cancel({ order: names.order, reason } as never)),
  ],
  refund: [
    named(
      ({ kit, who, names }) =>
        kit.orders.refund({ customer: who, order: names.order, to: 'wallet', reason }),
      paid,
    ),
    outright(
      ({ kit, names }) => kit.orders.refund({ order: names.order, to: 'wallet', reason }),
      paid,
    ),
  ],
};

const refunded: Call = async (asked) => {
  await paid(asked);
  return asked.kit.orders.refund({ order: asked.names.order, to: 'wallet', reason });
};

/** What was tried and what went back, of whoever is named. */
const tried = {
  'payments.list': [
    wide(({ kit }) => kit.payments.list()),
    wide(({ kit, names }) => kit.payments.list({ customer: names.customer, order: names.order })),
  ],
  'orders.refunds': [
    wide(({ kit }) => kit.orders.refunds(), refunded),
    plain(({ kit, who }) => kit.orders.refunds({ customer: who }), refunded),
    wide(({ kit, names }) => kit.orders.refunds({ order: names.order }), refunded),
  ],
};

const visited = ({ names }: Asked) => ({
  ...{ alias: 'visit', externalId: `visit of ${names.customer}` },
});
const visit: Call = async (asked) => {
  const value = { enabled: true, unit: points, actor: { fixed: 3 } };
  await asked.kit.settings.set({ key: 'triggers.visit', value });
  return asked.kit.referrals.trigger({ ...visited(asked), customer: asked.who });
};

/** Spent before it was taken back; some of it is there again. */
export const owed: Call = async ({ kit, who, names }) => {
  const value = { enabled: true, unit: 'EUR', actor: { fixed: 5 } };
  await kit.settings.set({ key: 'triggers.visit', value });
  const { event } = await kit.referrals.trigger({ alias: 'visit', customer: who });
  await kit.wallet.debit({ customer: who, unit: 'EUR', amount: 905 });
  names.reversal = (await kit.referrals.reverse({ event })).event;
  await kit.wallet.credit({ customer: who, unit: 'EUR', amount: 3 });
};
const owing = ({ names: { reversal } }: Asked) => ({ reversal, reason });

/** Nobody has named it, so it fails. */
export const unnamed: Call = async ({ kit, who, names }) => {
  names.occurrence = (await kit.referrals.trigger({ alias: 'unnamed', customer: who })).event;
};

const patron: Call = ({ kit }) => kit.customers.upsert({ customer: 'patron' });

const referrals: Record<string, readonly Case[]> = {
  // A code is drawn: no two are alike.
  code: [
    plain(async ({ kit, who }) => Object.keys(await kit.referrals.code({ customer: who, reason }))),
  ],
  attach: [
    plain(({ kit, who }) => kit.referrals.attach({ customer: who, sponsor: 'patron' }), patron),
  ],
  validate: [wide(({ kit }) => kit.referrals.validate({ code: 'PATRON' }))],
  tree: [plain(({ kit, who }) => kit.referrals.tree({ customer: who }))],
  rewards: [
    plain(({ kit, who }) => kit.referrals.rewards({ customer: who })),
    wide(({ kit }) => kit.referrals.rewards()),
  ],
  reverse: [outright((asked) => asked.kit.referrals.reverse({ ...visited(asked), reason }), visit)],
  collect: [outright((asked) => asked.kit.referrals.collect(owing(asked)), owed)],
  writeOff: [outright((asked) => asked.kit.referrals.writeOff(owing(asked)), owed)],
  events: [
    wide(({ kit }) => kit.referrals.events()),
    wide(({ kit, names }) => kit.referrals.events({ customer: names.customer })),
  ],
  retry: [
    outright(({ kit, names }) => kit.referrals.retry({ event: names.occurrence, reason }), unnamed),
  ],
  trigger: [
    plain(({ kit, who, names }) =>
      kit.referrals.trigger({ alias: 'visit', customer: who, externalId: `${names.key} ${who}` }),
    ),
  ],
};

const withdrawals: Record<string, readonly Case[]> = {
  request: [
    plain((asked) =>
      asked.kit.withdrawals.request({ ...keyed(asked), amount: 3, currency: points }),
    ),
  ],
  get: [
    named(({ kit, who, names }) =>
      kit.withdrawals.get({ customer: who, withdrawal: names.withdrawal }),
    ),
    outright(({ kit, names }) => kit.withdrawals.get({ withdrawal: names.withdrawal })),
  ],
  list: [
    plain(({ kit, who }) => kit.withdrawals.list({ customer: who })),
    wide(({ kit }) => kit.withdrawals.list()),
  ],
  cancel: [
    named(({ kit, who, names }) =>
      kit.withdrawals.cancel({ customer: who, withdrawal: names.withdrawal, reason }),
    ),
    outright(({ kit, names }) =>
      kit.withdrawals.cancel({ withdrawal: names.withdrawal, reason } as never),
    ),
  ],
  approve: [
    named(({ kit, who, names }) =>
      kit.withdrawals.approve({ customer: who, withdrawal: names.withdrawal, reason }),
    ),
    outright(({ kit, names }) => kit.withdrawals.approve({ withdrawal: names.withdrawal, reason })),
  ],
  reject: [
    named(({ kit, who, names }) =>
      kit.withdrawals.reject({ customer: who, withdrawal: names.withdrawal, reason }),
    ),
    outright(({ kit, names }) => kit.withdrawals.reject({ withdrawal: names.withdrawal, reason })),
  ],
  markPaid: [
    named(({ kit, who, names }) =>
      kit.withdrawals.markPaid({ customer: who, withdrawal: names.withdrawal, reason }),
    ),
    outright(({ kit, names }) =>
      kit.withdrawals.markPaid({ withdrawal: names.withdrawal, reason }),
    ),
  ],
};

const customers: Record<string, readonly Case[]> = {
  get: [plain(({ kit, who }) => kit.customers.get({ customer: who }))],
  find: [plain(({ kit, who }) => kit.customers.find({ customer: who }))],
  upsert: [
    plain(({ kit, who }) => kit.customers.upsert({ customer: who, name: 'somebody' })),
    claimed(({ kit, who, names }) =>
      kit.customers.upsert({ customer: who, external: { crm: names.external } }),
    ),
  ],
  update: [
    plain(({ kit, who }) => kit.customers.update({ customer: who, name: 'somebody', reason })),
    claimed(({ kit, who, names }) =>
      kit.customers.update({ customer: who, external: { crm: names.external }, reason }),
    ),
  ],
  freeze: [plain(({ kit, who }) => kit.customers.freeze({ customer: who, reason }))],
  unfreeze: [plain(({ kit, who }) => kit.customers.unfreeze({ customer: who, reason }))],
  erase: [plain(({ kit, who }) => kit.customers.erase({ customer: who, force: true, reason }))],
  list: [
    wide(({ kit }) => kit.customers.list({ count: true })),
    wide(({ kit, names }) => kit.customers.list({ search: names.customer, count: true })),
  ],
};

const broken = { consumer: 'broken' } as const;

const events: Record<string, readonly Case[]> = {
  history: [
    wide(({ kit }) => kit.events.history()),
    wide(({ kit, names }) => kit.events.history({ customer: names.customer })),
    wide(({ kit, names }) =>
      kit.events.history({ subject: { type: 'subscription', id: names.subscription } }),
    ),
  ],
  deadLetters: [wide(({ kit }) => kit.events.deadLetters(broken))],
  replay: [
    claimed(({ kit, names }) => kit.events.replay({ ...broken, event: names.event, reason })),
    wide(({ kit }) => kit.events.replay({ ...broken, reason })),
  ],
};

const endpointOf = ({ names }: Asked) => ({ endpoint: names.endpoint });

/** Endpoints are the tenant's, and no customer's. */
const webhooks: Record<string, readonly Case[]> = {
  list: [wide(({ kit }) => kit.webhooks.list())],
  create: [
    wide(({ kit }) =>
      kit.webhooks.create({
        ...{ url: 'https://hooks.example.com/more', types: ['webhook.disabled'], reason },
      }),
    ),
  ],
  get: [outright((asked) => asked.kit.webhooks.get(endpointOf(asked)))],
  update: [
    outright((asked) =>
      asked.kit.webhooks.update({ ...endpointOf(asked), enabled: false, reason }),
    ),
    outright((asked) =>
      asked.kit.webhooks.update({
        ...{ ...endpointOf(asked), url: 'https://elsewhere.example.com/', reason },
      }),
    ),
  ],
  rotateSecret: [
    outright((asked) => asked.kit.webhooks.rotateSecret({ ...endpointOf(asked), reason })),
  ],
  delete: [outright((asked) => asked.kit.webhooks.delete({ ...endpointOf(asked), reason }))],
  deliveries: [outright((asked) => asked.kit.webhooks.deliveries(endpointOf(asked)))],
  replay: [
    outright((asked) => asked.kit.webhooks.replay({ ...endpointOf(asked), reason })),
    outright((asked) =>
      asked.kit.webhooks.replay({ ...endpointOf(asked), delivery: asked.names.job, reason }),
    ),
  ],
};

const range = { from: since.from, until: since.to } as const;

/** By the verb's name on the kit. */
export const cases: Readonly<Record<string, readonly Case[]>> = {
  ...{ check, consume, tryConsume, giveBack, hold, subscribe: create },
  withHold: [
    plain((asked) =>
      asked.kit.withHold({ ...keyed(asked), unit: points, amount: 3 }, async () => 'worked'),
    ),
  ],
  state: [plain(({ kit, who }) => kit.state(who))],
  updateProfile: [
    plain(({ kit, who }) => kit.customer(who).updateProfile({ firstName: 'somebody' })),
  ],
  ...under('subscriptions', subscriptions),
  ...under('entitlements', entitlements),
  ...under('wallet', wallet),
  ...under('orders', orders),
  ...tried,
  ...under('referrals', referrals),
  ...under('withdrawals', withdrawals),
  ...under('customers', customers),
  ...under('events', events),
  ...under('webhooks', webhooks),
  'jobs.list': [wide(({ kit }) => kit.jobs.list())],
  'jobs.retry': [
    claimed(({ kit, names }) => kit.jobs.retry({ job: names.job, reason })),
    wide(({ kit }) => kit.jobs.retry({ kind: 'wallet.change', reason })),
  ],
  'catalog.plans': [wide(({ kit }) => kit.catalog.plans())],
  'offers.list': [plain(({ kit, who }) => kit.offers.list({ customer: who }))],
  'catalog.offers': [wide(({ kit }) => kit.catalog.offers())],
  'ledger.verify': [wide(({ kit }) => kit.ledger.verify())],
  'ledger.explain': [plain(({ kit, who }) => kit.ledger.explain({ customer: who, unit: points }))],
  'ledger.balanceAt': [
    plain(({ kit, who }) => kit.ledger.balanceAt({ customer: who, unit: points, at: since.to })),
  ],
  'audit.list': [
    wide(({ kit }) => kit.audit.list()),
    wide(({ kit, names }) => kit.audit.list({ customer: names.customer })),
    wide(({ kit, names }) => kit.audit.list({ subject: { type: 'grant', id: names.grant } })),
  ],
  'rates.convert': [wide(({ kit }) => kit.rates.convert({ from: 'EUR', to: points, amount: 100 }))],
  'rates.list': [wide(({ kit }) => kit.rates.list())],
  'rates.sources': [wide(({ kit }) => kit.rates.sources())],
  'rates.set': [wide(({ kit }) => kit.rates.set({ from: 'EUR', to: points, rate: '3', reason }))],
  'rates.unset': [wide(({ kit }) => kit.rates.unset({ from: 'EUR', to: points, reason }))],
  'rates.refresh': [wide(({ kit }) => kit.rates.refresh())],
  'insights.customers': [wide(({ kit }) => kit.insights.customers())],
  'insights.churn': [wide(({ kit }) => kit.insights.churn(range as never))],
  'insights.histogram': [wide(({ kit }) => kit.insights.histogram())],
  'insights.mrr': [wide(({ kit }) => kit.insights.mrr({ bucket: 'month' }))],
  'insights.walletFlows': [
    wide(({ kit }) => kit.insights.walletFlows()),
    wide(({ kit }) => kit.insights.walletFlows({ unit: points })),
  ],
  'insights.liability': [
    wide(({ kit }) => kit.insights.liability()),
    wide(({ kit }) => kit.insights.liability({ unit: points })),
  ],
  'insights.rewards': [
    wide(({ kit }) => kit.insights.rewards()),
    wide(({ kit }) => kit.insights.rewards({ unit: points })),
  ],
  'settings.get': [wide(({ kit }) => kit.settings.get('holds.ttl'))],
  'settings.list': [wide(({ kit }) => kit.settings.list({ group: 'holds' }))],
  // Whoever comes first in a tenant changes it, so what both are told is of a second time.
  'settings.set': [
    wide(async ({ kit }) => {
      const change = { key: 'holds.ttl', value: 'P3D', reason };
      await kit.settings.set(change);
      return kit.settings.set(change);
    }),
  ],
  'settings.unset': [wide(({ kit }) => kit.settings.unset({ key: 'orders.pendingTtl', reason }))],
  'settings.export': [wide(({ kit }) => kit.settings.export())],
  'settings.import': [wide(({ kit }) => kit.settings.import({ settings: [], reason }))],
};

/** Lists by cursor, as a page of one. */
export const pages: Readonly<
  Record<string, (asked: Asked, cursor?: string) => Promise<Pick<Page<unknown>, 'next'>>>
> = {
  'wallet.statement': ({ kit, who }, cursor) =>
    kit.wallet.statement({ customer: who, unit: points, limit: 1, cursor }),
  'wallet.holds': ({ kit, who }, cursor) => kit.wallet.holds({ customer: who, limit: 1, cursor }),
  'ledger.explain': ({ kit, who }, cursor) =>
    kit.ledger.explain({ customer: who, unit: points, limit: 1, cursor }).then(({ uses }) => uses),
  'entitlements.usage': ({ kit, who }, cursor) =>
    kit.entitlements.usage({ customer: who, ...calls, by: 'usedBy', limit: 1, cursor }),
  'subscriptions.list': ({ kit }, cursor) => kit.subscriptions.list({ limit: 1, cursor }),
  'withdrawals.list': ({ kit }, cursor) => kit.withdrawals.list({ limit: 1, cursor }),
  'customers.list': ({ kit }, cursor) => kit.customers.list({ limit: 1, cursor }),
  'audit.list': ({ kit }, cursor) => kit.audit.list({ limit: 1, cursor }),
  'events.history': ({ kit }, cursor) => kit.events.history({ limit: 1, cursor }),
  'jobs.list': ({ kit }, cursor) => kit.jobs.list({ limit: 1, cursor }),
};

/** What acts for nobody: it opens, closes, listens, or gives another kit, whose verbs are these again. */
export const actsForNobody = [
  ...[
    'health.live',
    'health.ready',
    'ready',
    'start',
    'close',
    'runDue',
    'transaction',
    'using',
    'tenant',
    'customer',
  ],
  ...[
    'events.on',
    'events.once',
    'events.off',
    'events.consumer',
    'events.forget',
    'events.forgetAll',
    // Believed by its signature: who asks is nobody.
    'payments.webhook',
  ],
] as const;

function under(namespace: string, verbs: Record<string, readonly Case[]>) {
  return Object.fromEntries(
    Object.entries(verbs).map(([verb, of]) => [`${namespace}.${verb}`, of] as const),
  );
}
