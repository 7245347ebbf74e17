/**
 * Each operation of the surface as somebody would ask for it who has no business to: a new route is given its request here.
 *
 * `named` names what a customer owns; `outright` what is the tenant's; `plain` names only who asks or is asked about; `wide`
 * asks of a whole tenant.
 */
import { type Asked, owed, unnamed } from '#test/stranger-verbs.ts';

export type Asking = {
  readonly kind: 'named' | 'outright' | 'plain' | 'wide';
  /** What goes in the path, the query and the body. */
  readonly request: (asked: Pick<Asked, 'who' | 'names'>) => {
    readonly params?: Readonly<Record<string, string>>;
    readonly query?: Readonly<Record<string, string>>;
    readonly body?: object;
    /** Who sends it, where the asker itself is refused for an interest in it. */
    readonly user?: string;
  };
  /** Brings what is named to where the request would do something. */
  readonly before: (asked: Asked) => unknown;
};

type Request = Asking['request'];
const ask =
  (kind: Asking['kind']) =>
  (request: Request, before: Asking['before'] = () => null): Asking => ({ kind, request, before });
const named = ask('named');
const outright = ask('outright');
const plain = ask('plain');
const wide = ask('wide');

const reason = 'asked by hand';
const unit = { unit: 'points' };
const feature = { feature: 'api-calls' };

const own =
  (body?: object): Request =>
  ({ names }) => ({ params: { id: names.subscription }, ...(body && { body }) });
const any =
  (body: object = {}): Request =>
  ({ who, names }) => ({
    params: { id: names.subscription },
    body: { customer: who, reason, ...body },
  });
const ofWallet =
  (body: object): Request =>
  ({ who }) => ({ body: { customer: who, reason, ...body } });
const ofUnit: Request = () => ({ params: unit });
const person: Request = ({ who }) => ({ params: { id: who }, body: { reason } });

const ofOrder: Request = ({ names }) => ({ params: { id: names.order } });
const changedOrder: Request = (asked) => ({
  ...ofOrder(asked),
  body: { customer: asked.who, reason },
});

const refundedOrder: Request = (asked) => ({
  ...ofOrder(asked),
  body: { customer: asked.who, to: 'wallet', reason },
});
const pay: Asking['before'] = ({ kit, who, names }) =>
  kit.orders.confirm({ customer: who, order: names.order, payment: 'manual' });

const endpoint =
  (body?: object): Request =>
  ({ names }) => ({ params: { id: names.endpoint }, ...(body && { body: { ...body, reason } }) });
const decided: Request = (asked) => ({
  ...withdrawal(asked),
  ...{ body: { reason }, user: 'operator' },
});
const withdrawal: Request = ({ names }) => ({ params: { id: names.withdrawal } });

const cancel: Asking['before'] = ({ kit, who, names }) =>
  kit.subscriptions.cancel({ customer: who, subscription: names.subscription });
const pause: Asking['before'] = ({ kit, who, names }) =>
  kit.subscriptions.pause({ customer: who, subscription: names.subscription });
const remove: Asking['before'] = ({ kit, who, names }) =>
  kit.subscriptions.delete({ customer: who, subscription: names.subscription });

/** Tell what the asker's own tenant had before: they are asked once ahead, so that both strangers meet the same state. */
export const successive: readonly string[] = ['setSetting', 'unsetSetting'];
/** There is nothing to tell in a kit without rates: 404, to whoever asks. */
export const empty: readonly string[] = ['listRates'];
/** Believed by a signature, whoever sends it: nobody asks. */
export const signed: readonly string[] = ['takeWebhook', 'takeTenantWebhook'];
const owing: Request = ({ names: { reversal } }) => ({
  body: { reversal, reason },
});
const patron: Asking['before'] = ({ kit }) =>
  kit.referrals.code({ customer: 'patron', code: 'PATRON' });
const visited = ({ names }: { names: { customer: string } }) => ({
  ...{ alias: 'visit', externalId: `visit of ${names.customer}`, reason },
});
const visit: Asking['before'] = async ({ kit, who, names }) => {
  const value = { enabled: true, unit: 'points', actor: { fixed: 3 } };
  await kit.settings.set({ key: 'triggers.visit', value });
  await kit.referrals.trigger({ ...visited({ names }), customer: who });
};

/** By its `operationId`. */
export const requests: Readonly<Record<string, Asking>> = {
  getMe: plain(() => ({})),
  updateMe: plain(() => ({ body: { phone: '+49 30 901820' } })),
  listEntitlements: plain(() => ({})),
  checkEntitlement: plain(() => ({ params: feature })),
  listBalances: plain(() => ({})),
  getBalance: plain(ofUnit),
  listStatement: plain(ofUnit),
  listGrants: plain(ofUnit),
  explainBalance: plain(ofUnit),
  getAutoTopUp: plain(ofUnit),
  setAutoTopUp: plain(() => ({ params: unit, body: { atOrBelow: 1, offer: 'pack' } })),
  removeAutoTopUp: plain(ofUnit),
  listHolds: plain(() => ({})),
  listPlans: wide(() => ({})),
  listOffers: plain(() => ({})),
  getOpenApi: wide(() => ({})),
  listSubscriptions: plain(() => ({})),
  createSubscription: plain(() => ({ body: { plan: 'hourly' } })),
  cancelSubscription: named(own({ reason })),
  resumeSubscription: named(own(), cancel),
  previewChange: named(own({ plan: 'free' })),
  changeSubscription: named(own({ plan: 'free' })),
  listPeriods: named(own()),
  listOrders: plain(() => ({})),
  createOrder: plain(() => ({ body: { offer: 'pack' } })),
  listPurchases: plain(() => ({})),
  listCredits: plain(() => ({})),
  getOrder: named(ofOrder),
  getReceipt: named(ofOrder, pay),
  payOrder: named(ofOrder),
  confirmOrder: named(ofOrder),
  cancelOrder: named(ofOrder),

  listAllOrders: wide(({ names }) => ({ query: { customer: names.customer } })),
  createAnyOrder: plain(({ who }) => ({ body: { customer: who, offer: 'pack' } })),
  getAnyOrder: named((asked) => ({ ...ofOrder(asked), query: { customer: asked.who } })),
  getAnyReceipt: named((asked) => ({ ...ofOrder(asked), query: { customer: asked.who } }), pay),
  confirmAnyOrder: named(changedOrder),
  cancelAnyOrder: named(changedOrder),
  refundAnyOrder: named(refundedOrder, pay),
  listRefunds: wide(({ names }) => ({ query: { order: names.order } })),
  listPayments: wide(({ names }) => ({ query: { order: names.order } })),

  listWithdrawals: plain(() => ({})),
  requestWithdrawal: plain(() => ({ body: { amount: 2, currency: 'points' } })),
  getWithdrawal: named(withdrawal),
  cancelWithdrawal: named(withdrawal),
  approveWithdrawal: outright(decided),
  rejectWithdrawal: outright(decided),
  markWithdrawalPaid: outright(decided),
  listAllWithdrawals: wide(({ names }) => ({ query: { customer: names.customer } })),
  getReferrals: plain(() => ({})),
  giveReferralCode: plain(() => ({})),
  validateReferralCode: wide(() => ({ params: { code: 'PATRON' } }), patron),
  attachReferral: plain(() => ({ body: { code: 'PATRON' } }), patron),
  listRewards: plain(() => ({})),
  attachAnyReferral: plain(
    ({ who }) => ({ body: { customer: who, code: 'PATRON', reason } }),
    patron,
  ),
  triggerReward: plain(({ who, names }) => ({
    body: { alias: 'visit', customer: who, externalId: `${names.key} of ${who}`, reason },
  })),
  reverseReward: named((asked) => ({ body: visited(asked) }), visit),
  collectOutstanding: outright(owing, owed),
  writeOffOutstanding: outright(owing, owed),
  getAnyReferrals: plain(({ who }) => ({ params: { id: who } })),
  processRewardEvent: outright(
    ({ names }) => ({ params: { id: names.occurrence }, body: { reason } }),
    unnamed,
  ),
  listRewardEvents: wide(({ names }) => ({ query: { customer: names.customer } })),
  listAllRewards: wide(({ names }) => ({ query: { customer: names.customer } })),
  listCustomers: wide(({ names }) => ({ query: { search: names.customer, count: 'true' } })),
  getCustomer: plain(({ who }) => ({ params: { id: who } })),
  updateCustomer: plain(({ who }) => ({ params: { id: who }, body: { locale: 'de', reason } })),
  freezeCustomer: plain(person),
  unfreezeCustomer: plain(person),
  creditWallet: plain(ofWallet({ ...unit, amount: 4 })),
  debitWallet: plain(ofWallet({ ...unit, amount: 3 })),
  listOwed: wide(({ names }) => ({ query: { customer: names.customer } })),
  setLimits: plain(ofWallet({ ...unit, floor: -3 })),
  voidGrant: named(({ who, names }) => ({ body: { customer: who, grant: names.grant, reason } })),
  setExpiry: named(({ who, names }) => ({
    body: { customer: who, grant: names.grant, expiresAt: '2100-01-01T00:00:00Z', reason },
  })),
  adjustWallet: plain(ofWallet({ ...unit, to: 77 })),
  reverseMovement: named(({ who, names }) => ({
    body: { customer: who, transfer: names.transfer, reason },
  })),
  freezeBalance: plain(ofWallet(unit)),
  unfreezeBalance: plain(ofWallet(unit)),
  listAudit: wide(({ names }) => ({ query: { customer: names.customer } })),
  listAllSubscriptions: wide(({ names }) => ({ query: { customer: names.customer } })),
  createAnySubscription: plain(({ who }) => ({ body: { customer: who, plan: 'hourly' } })),
  cancelAnySubscription: named(any()),
  resumeAnySubscription: named(any(), cancel),
  pauseSubscription: named(any()),
  unpauseSubscription: named(any(), pause),
  previewAnyChange: named(({ who, names }) => ({
    params: { id: names.subscription },
    body: { customer: who, plan: 'free' },
  })),
  changeAnySubscription: named(any({ plan: 'free' })),
  addFeature: named(any({ feature: 'burst', quota: 5 })),
  removeFeature: named(any({ feature: 'seats' })),
  setQuota: named(any({ ...feature, quota: 9 })),
  resetUsage: named(any(feature)),
  deleteSubscription: named(any()),
  restoreSubscription: named(any(), remove),
  purgeSubscription: named(any(), remove),
  countCustomers: wide(() => ({})),
  countChurned: wide(() => ({
    query: { from: '2020-01-01T00:00:00Z', until: '2100-01-01T00:00:00Z' },
  })),
  histogram: wide(() => ({})),
  recurringRevenue: wide(() => ({})),
  sumLiability: wide(() => ({})),
  sumRewards: wide(() => ({})),
  walletFlows: wide(() => ({})),
  listEvents: wide(({ names }) => ({ query: { customer: names.customer } })),
  listJobs: wide(() => ({})),
  retryJobs: wide(({ names }) => ({ body: { job: names.job, reason } })),
  listWebhooks: wide(() => ({})),
  listRates: wide(() => ({})),
  listRateSources: wide(() => ({})),
  setRate: wide(() => ({ body: { from: 'EUR', to: 'points', rate: '3', reason } })),
  unsetRate: wide(() => ({ body: { from: 'points', to: 'EUR', reason } })),
  refreshRates: wide(() => ({})),
  listSettings: wide(() => ({})),
  setSetting: wide(() => ({ body: { key: 'holds.ttl', value: 'P3D', reason } })),
  unsetSetting: wide(() => ({ body: { key: 'holds.ttl', reason } })),
  exportSettings: wide(() => ({})),
  importSettings: wide(() => ({ body: { settings: [], reason } })),
  createWebhook: wide(() => ({
    body: { url: 'https://hooks.example.com/more', types: ['webhook.disabled'], reason },
  })),
  getWebhook: outright(endpoint()),
  listWebhookDeliveries: outright(endpoint()),
  updateWebhook: outright(endpoint({ enabled: false })),
  rotateWebhookSecret: outright(endpoint({})),
  replayWebhook: outright(endpoint({})),
  deleteWebhook: outright(endpoint({})),
  listDeadLetters: wide(() => ({})),
  replayDeadLetters: wide(({ names }) => ({
    body: { consumer: 'broken', event: names.event === '' ? 'none' : names.event, reason },
  })),
  // Last: whoever was erased is refused from then on.
  eraseCustomer: plain(({ who }) => ({ params: { id: who }, body: { reason, force: true } })),
};
