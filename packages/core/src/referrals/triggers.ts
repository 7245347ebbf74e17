/** What a host says may be rewarded, and how an operator sets what is paid for it. */
import { z } from 'zod';
import type { CatalogSpec } from '../catalog/index.ts';
import { parseDuration } from '../kernel/index.ts';
import type { Setting } from '../settings/index.ts';
import { beyond, type Capabilities } from './capabilities.ts';

/** What something is worth, in the unit's minor unit; not below 0. */
export type Worth = { readonly amount: number; readonly unit: string };

/** A kind of occurrence that is rewarded. */
export type Trigger = {
  /** For operators: the title of its setting. */
  readonly label?: string | undefined;
  readonly description?: string | undefined;
  /** What must come with it; anything unless said. */
  readonly payload?: z.ZodType | undefined;
  /** What it is worth: what percentages are of. Waits for nothing. */
  readonly baseAmount?: ((payload: never) => Worth | null) | undefined;
  /** What it can be set to pay; anything unless said. */
  readonly capabilities?: Capabilities | undefined;
};

/** By their alias: 1 to 64 small letters, digits, "_", "-" and ".". */
export type Triggers = Readonly<Record<string, Trigger>>;

declare module '../kernel/scope.ts' {
  interface Ports {
    readonly triggers?: Triggers | undefined;
  }
}

/** A trigger whose `baseAmount` is typed by its payload's schema. */
export function defineTrigger<P>(
  trigger: Omit<Trigger, 'payload' | 'baseAmount'> & {
    payload: z.ZodType<P>;
    baseAmount?: ((payload: P) => Worth | null) | undefined;
  },
): Trigger {
  return trigger as Trigger;
}

/** What can be an alias: a reversal's has a word of its own. */
export function isAlias(alias: string): boolean {
  return /^[a-z0-9][a-z0-9_.-]{0,63}$/.test(alias) && !alias.endsWith('.reversal');
}

const amount = z.int().min(0);
const award = {
  /** In the payout unit. */
  fixed: amount.optional(),
  basisPoints: z.int().min(0).max(10_000).optional(),
};
const isEither = ({ fixed, basisPoints }: { fixed?: unknown; basisPoints?: unknown }) =>
  (fixed === undefined) !== (basisPoints === undefined);
const either = 'must have either fixed or basisPoints';
const awardShape = z.strictObject(award).refine(isEither, either);
const levelShape = z.strictObject({ level: z.int().min(1).max(10), ...award });

const settingShape = z
  .strictObject({
    enabled: z.boolean().default(false),
    /** What is paid out. */
    unit: z.string().min(1).max(64),
    actor: awardShape.optional(),
    levels: z.array(levelShape.refine(isEither, either)).max(10).default([]),
    /** What the levels' percentages are of: the base amount, or what the actor is awarded. */
    basis: z.enum(['base', 'actor']).default('base'),
    /** What one sponsor is paid at most for this trigger, in the payout unit; by UTC. */
    perDay: amount.optional(),
    perMonth: amount.optional(),
    /** ISO 8601: rewards count only that long after. */
    matures: z.string().refine(isDuration, 'must be an ISO 8601 duration, like P14D').optional(),
    clawback: z.enum(['strict', 'allow_debt']).default('strict'),
    /** What is paid for a subject of type `order` is taken back as far as the order's money goes back. */
    reverseOnRefund: z.boolean().default(false),
  })
  .superRefine(({ actor, levels, basis }, context) => {
    const fault = (message: string) => context.addIssue({ code: 'custom', message });
    if (new Set(levels.map(({ level }) => level)).size < levels.length)
      fault('levels must name each level once');
    const ofLevels = levels.reduce((sum, { basisPoints = 0 }) => sum + basisPoints, 0);
    const ofActor = basis === 'base' ? (actor?.basisPoints ?? 0) : 0;
    if (ofLevels + ofActor > 10_000) fault('all shares together must not pass 10000 basis points');
  });

/** How a trigger is set. */
export type TriggerSetting = z.infer<typeof settingShape>;

/** A stored setting, with its defaults; `null` is one that nobody has set: it is off. */
export function readTriggerSetting(stored: unknown): TriggerSetting | null {
  return stored === null ? null : settingShape.parse(stored);
}

/** Where a trigger's setting is kept. */
export function settingKeyOf(alias: string): string {
  return `triggers.${alias}`;
}

/** The settings of these triggers: `triggers.<alias>`, off unless set. */
export function triggerSettings(
  triggers: Triggers,
  { units }: CatalogSpec,
): Readonly<Record<string, Setting>> {
  const isPaid = (unit: string) => {
    const kind = Object.hasOwn(units, unit) ? units[unit]?.kind : undefined;
    return kind === 'currency' || kind === 'credit';
  };
  const shape = settingShape.refine(
    ({ unit }) => isPaid(unit),
    'unit must be a currency or credit of the catalogue',
  );
  const settingOf = ({ label, description, capabilities }: Trigger): Setting => ({
    title: label ?? description ?? 'Whether and what is paid for it',
    ...{ type: 'object', default: null },
    shape: shape
      .superRefine((setting, context) => {
        for (const message of beyond(setting, capabilities))
          context.addIssue({ code: 'custom', message });
      })
      .nullable(),
  });
  return Object.fromEntries(
    Object.entries(triggers).map(([alias, one]) => [settingKeyOf(alias), settingOf(one)]),
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
