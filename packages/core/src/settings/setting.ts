/** What a setting is, what each is worth to the rule that reads it, and where inside a tenant a value may hold. */
import type { z } from 'zod';

/** How a page shows it and what it takes. `amount`: of a unit's smallest part. `duration`: ISO 8601. */
export type SettingType = 'flag' | 'whole' | 'amount' | 'duration' | 'text' | 'object';

/** `shape` is what its value must fit. */
export type Setting<V = unknown> = {
  readonly title: string;
  readonly type: SettingType;
  readonly shape: z.ZodType;
  readonly default: V;
};

/** Where a value holds: everywhere unless said. */
export type Place = {
  /** A country: two capital letters. */
  readonly region?: string | null | undefined;
  /** A language, such as `en`. */
  readonly locale?: string | null | undefined;
};

/** Who says a value: an operator, the host's options, or the kit. */
export type SettingSource = 'stored' | 'config' | 'default';

/** Settings that every kit has, by key. Triggers and units bring more: `triggers.<alias>`. */
export type SettingValues = {
  'credits.warnAtOrBelow': number;
  'credits.warnExpiresIn': string;
  'events.retention': string;
  'holds.ttl': string;
  'jobs.retention': string;
  'orders.payWithWallet': boolean;
  'orders.pendingTtl': string;
  'referrals.clickRetention': string;
  'referrals.cookieName': string;
  'points.base': string | null;
  'points.enabled': boolean;
  'points.key': string;
  'points.name': string;
  'rates.fetchOnDemand': boolean;
  'rates.maxAge': string;
  'referrals.enabled': boolean;
  'referrals.lastClickWins': boolean;
  'referrals.linkTtlDays': number;
  'referrals.logClicks': boolean;
  'referrals.maxLevels': number;
  'referrals.urlParam': string;
  'subscriptions.creditProration': boolean;
  'subscriptions.oneTrial': boolean;
  'subscriptions.trialNotice': string;
  'topUps.declinesMax': number;
  'users.allowPersonalDiscount': boolean;
  'users.defaultLocale': string;
  'users.defaultRole': string;
  'withdrawals.coolingOff': string;
  'withdrawals.dailyCap': number | null;
  'withdrawals.enabled': boolean;
  'withdrawals.manualCreditLimit': number;
  'withdrawals.maxAmount': number | null;
  'withdrawals.minAmount': number;
  'withdrawals.unit': string;
};
