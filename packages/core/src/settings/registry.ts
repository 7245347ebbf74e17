/** The settings there are: each with its type and default. A key that stands here is read by some rule. */
import { z } from 'zod';
import { isZero, parseDuration, type Scope } from '../kernel/index.ts';

/** What a setting is; `shape` is what its value must fit. */
export type Setting = {
  readonly title: string;
  readonly shape: z.ZodType;
  readonly default: unknown;
};

const settings: Readonly<Record<string, Setting>> = {
  'credits.warnAtOrBelow': {
    title: 'At how many units or fewer a group of purchases is low',
    shape: z.int().min(0),
    default: 0,
  },
  'credits.warnExpiresIn': {
    title: 'How long before its end a purchase that is not used up is warned of',
    shape: z.string().refine(lasts, 'must be an ISO 8601 duration above zero, like P7D'),
    default: 'P7D',
  },
  'events.retention': {
    title: 'How long events are kept once everyone has been given them',
    shape: z.string().refine(lasts, 'must be an ISO 8601 duration above zero, like P90D'),
    default: 'P90D',
  },
  'holds.ttl': {
    title: 'How long a hold lasts unless said',
    shape: z.string().refine(lasts, 'must be an ISO 8601 duration above zero, like P7D or PT5M'),
    default: 'P7D',
  },
  'jobs.retention': {
    title: 'How long jobs that were done are kept; as long their keys are known',
    shape: z.string().refine(lasts, 'must be an ISO 8601 duration above zero, like P14D'),
    default: 'P14D',
  },
  'orders.pendingTtl': {
    title: 'How long an order may be paid before it is canceled by itself',
    shape: z.string().refine(lasts, 'must be an ISO 8601 duration above zero, like PT24H'),
    default: 'PT24H',
  },
  'referrals.enabled': {
    title: 'Whether customers may be attached to a sponsor, and sponsors are rewarded',
    shape: z.boolean(),
    default: true,
  },
  'referrals.maxLevels': {
    title: 'How many levels a tree is counted down, and rewards go up',
    shape: z.int().min(1).max(10),
    default: 3,
  },
  'subscriptions.creditProration': {
    title: 'Whether what was paid too much is credited to the wallet when a plan is changed',
    shape: z.boolean(),
    default: false,
  },
  'subscriptions.oneTrial': {
    title: 'Whether a person gets one trial of a plan, by customer, e-mail and fingerprints',
    shape: z.boolean(),
    default: false,
  },
  'subscriptions.trialNotice': {
    title: 'How long before its end a trial’s end is announced',
    shape: z.string().refine(lasts, 'must be an ISO 8601 duration above zero, like P3D'),
    default: 'P3D',
  },
  'withdrawals.coolingOff': {
    title: 'How long after somebody first named where to pay to no money goes there',
    shape: z.string().refine(isDuration, 'must be an ISO 8601 duration, like P2D or PT0S'),
    default: 'PT0S',
  },
  'withdrawals.dailyCap': {
    title: 'What one customer may ask for within 24 hours, of the wallet’s unit; null for any',
    shape: z.int().min(0).nullable(),
    default: null,
  },
  'withdrawals.enabled': {
    title: 'Whether customers may ask to be paid out',
    shape: z.boolean(),
    default: true,
  },
  'withdrawals.manualCreditLimit': {
    title:
      'How much of one unit whoever approves a withdrawal may have credited its customer by hand',
    shape: z.int().min(0),
    default: 0,
  },
  'withdrawals.maxAmount': {
    title: 'The most that one withdrawal may cost the wallet, of its unit; null for any',
    shape: z.int().min(0).nullable(),
    default: null,
  },
  'withdrawals.minAmount': {
    title: 'The least that a withdrawal must cost the wallet, of its unit',
    shape: z.int().min(0),
    default: 0,
  },
  'withdrawals.unit': {
    title: 'The unit of the wallet that is paid out',
    shape: z.string().min(1).max(64),
    default: 'points',
  },
};

declare module '../kernel/scope.ts' {
  interface Ports {
    /** Settings that the host's own options bring: of triggers. */
    readonly ownSetting?: ((key: string) => Setting | null) | undefined;
  }
}

/** The setting under a key, or `null`. */
export function settingOf({ ports }: Scope, key: string): Setting | null {
  return (
    (Object.hasOwn(settings, key) ? settings[key] : undefined) ?? ports.ownSetting?.(key) ?? null
  );
}

function isDuration(text: string): boolean {
  try {
    parseDuration(text);
    return true;
  } catch {
    return false;
  }
}

function lasts(text: string): boolean {
  try {
    return !isZero(parseDuration(text));
  } catch {
    return false;
  }
}
