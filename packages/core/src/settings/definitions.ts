/** The settings there are: each with its title and default. A key that stands here is read by some rule; a test looks. */
import type { Setting, SettingValues } from './setting.ts';
import {
  amount,
  amountOrAny,
  duration,
  flag,
  lasting,
  text,
  textOrNone,
  whole,
  word,
} from './shapes.ts';

type Definitions = { readonly [K in keyof SettingValues]: Setting<SettingValues[K]> };

export const definitions: Definitions = {
  'credits.warnAtOrBelow': amount('At how many units or fewer a group of purchases is low', 0),
  'credits.warnExpiresIn': lasting(
    'How long before its end a purchase that is not used up is warned of',
    'P7D',
  ),
  'events.retention': lasting('How long events are kept once everyone has been given them', 'P90D'),
  'holds.ttl': lasting('How long a hold lasts unless said', 'P7D'),
  'jobs.retention': lasting(
    'How long jobs that were done are kept; as long their keys are known',
    'P14D',
  ),
  'orders.payWithWallet': flag('Whether orders may be paid from the wallet', false),
  'orders.pendingTtl': lasting(
    'How long an order may be paid before it is canceled by itself',
    'PT24H',
  ),
  'referrals.clickRetention': lasting(
    'How long clicks on referral links are kept, where they are logged',
    'P90D',
  ),
  'referrals.cookieName': word('The cookie that remembers a referral link', 'ref_code'),
  'points.base': textOrNone(
    'The currency that one point stands for one whole of; null for the catalogue’s first',
    null,
  ),
  'points.enabled': flag(
    'Whether points stand for a currency, and what they are worth is told',
    true,
  ),
  'points.key': text('The unit of the catalogue that points are', 'points'),
  'points.name': text('What points are called', 'Points'),
  'rates.fetchOnDemand': flag(
    'Whether a rate that is not known is fetched when it is needed',
    false,
  ),
  'rates.maxAge': lasting('How old a provider’s rates may be, since they were fetched', 'PT26H'),
  'referrals.enabled': flag(
    'Whether customers may be attached to a sponsor, and sponsors are rewarded',
    true,
  ),
  'referrals.lastClickWins': flag(
    'Whether the last referral link counts that somebody used; otherwise the first',
    true,
  ),
  'referrals.linkTtlDays': whole('How many days a referral link counts from its use on', 30, {
    ...{ min: 1, max: 400 },
  }),
  'referrals.logClicks': flag(
    'Whether clicks on referral links are logged, with address, agent and path',
    false,
  ),
  'referrals.maxLevels': whole('How many levels a tree is counted down, and rewards go up', 3, {
    ...{ min: 1, max: 10 },
  }),
  'referrals.urlParam': word('The parameter of a link that carries a referral code', 'ref'),
  'subscriptions.creditProration': flag(
    'Whether what was paid too much is credited to the wallet when a plan is changed',
    false,
  ),
  'subscriptions.oneTrial': flag(
    'Whether a person gets one trial of a plan, by customer, e-mail and fingerprints',
    false,
  ),
  'subscriptions.trialNotice': lasting('How long before its end a trial’s end is announced', 'P3D'),
  'topUps.declinesMax': whole(
    'After how many declines in a row nothing is bought by itself any more',
    3,
    { min: 1, max: 20 },
  ),
  'users.allowPersonalDiscount': flag(
    'Whether a customer’s own discount lowers what orders of offers cost',
    false,
  ),
  'users.defaultLocale': word('The language of whoever says none that is supported', 'en'),
  'users.defaultRole': word('The role of whoever is new', 'customer'),
  'withdrawals.coolingOff': duration(
    'How long after somebody first named where to pay to no money goes there',
    'PT0S',
  ),
  'withdrawals.dailyCap': amountOrAny(
    'What one customer may ask for within 24 hours, of the wallet’s unit; null for any',
    null,
  ),
  'withdrawals.enabled': flag('Whether customers may ask to be paid out', true),
  'withdrawals.manualCreditLimit': amount(
    'How much of one unit whoever approves a withdrawal may have credited its customer by hand',
    0,
  ),
  'withdrawals.maxAmount': amountOrAny(
    'The most that one withdrawal may cost the wallet, of its unit; null for any',
    null,
  ),
  'withdrawals.minAmount': amount(
    'The least that a withdrawal must cost the wallet, of its unit',
    0,
  ),
  'withdrawals.unit': text('The unit of the wallet that is paid out', 'points'),
};

/** Former keys, and those of the specification that are said otherwise here. */
export const renamed: Readonly<Record<string, keyof SettingValues>> = {
  'rates.cache': 'rates.maxAge',
  'subscriptions.credit_on_downgrade': 'subscriptions.creditProration',
};
