/** What a trigger pays, worked out before anything is locked: rates may have to be waited for. */
import { z } from 'zod';
import { unitOf } from '../catalog/index.ts';
import {
  checkAmount,
  convertAmount,
  isBursarError,
  isRetryable,
  readInput,
  type Scope,
} from '../kernel/index.ts';
import { findRate, type Rate } from '../ledger/index.ts';
import { getSetting } from '../settings/index.ts';
import { within } from './capabilities.ts';
import { TriggerUnknownError } from './errors.ts';
import {
  readTriggerSetting,
  settingKeyOf,
  type Trigger,
  type TriggerSetting,
  type Worth,
} from './triggers.ts';

export type Asked = {
  readonly alias: string;
  readonly amount?: number | undefined;
  readonly payload?: unknown;
};

export type Payout = {
  readonly base: Worth | null;
  /** Null: it is switched off. */
  readonly setting: TriggerSetting | null;
  /** The base amount in the payout unit. */
  readonly worth: number;
  /** What it was converted at; null where nothing was. */
  readonly rate: Rate | null;
  /** While another of the subject stands, this one brings nothing. */
  readonly exclusive: boolean;
};

/** What working it out came to: one of the two. */
export type Tried =
  | { readonly payout: Payout; readonly error: null }
  | { readonly payout: null; readonly error: unknown };

/** As `payoutOf`; what went wrong is the answer, unless it is the database that is away. */
export async function tryPayout(scope: Scope, asked: Asked): Promise<Tried> {
  try {
    return { payout: await payoutOf(scope, asked), error: null };
  } catch (error) {
    if (isOutage(error)) throw error;
    return { payout: null, error };
  }
}

/** Nothing is wrong with what was asked, and nothing can be kept of it either. */
export function isOutage(error: unknown): boolean {
  const isAway = isBursarError(error) && (error.code === 'database' || error.code === 'overload');
  return isAway || isRetryable(error);
}

/**
 * @returns False: the trigger takes anything, as does what nobody has named.
 * @throws {ValidationError} The payload is not what the trigger takes.
 */
export function checkPayload(scope: Scope, asked: Asked): boolean {
  const { payload } = findTrigger(scope, asked.alias) ?? {};
  if (payload) readInput(z.object({ payload }), { payload: asked.payload });
  return payload !== undefined;
}

function findTrigger({ ports: { triggers = {} } }: Scope, alias: string): Trigger | undefined {
  return Object.hasOwn(triggers, alias) ? triggers[alias] : undefined;
}

/**
 * What the occurrence is worth, and how it is rewarded.
 *
 * @throws {TriggerUnknownError} @throws {ValidationError} The payload.
 * @throws {InvalidAmountError} The base is no amount. @throws {UnitUnknownError} What is paid is not in the catalogue any more.
 * @throws {RateMissingError} The base cannot be converted to the payout unit.
 */
export async function payoutOf(scope: Scope, asked: Asked): Promise<Payout> {
  const trigger = findTrigger(scope, asked.alias);
  if (!trigger) throw new TriggerUnknownError(asked.alias);
  const stored = await getSetting(scope, settingKeyOf(asked.alias));
  const { capabilities = {} } = trigger;
  const kept = readTriggerSetting(stored);
  const setting = kept && within(kept, capabilities);
  const { exclusive = false } = capabilities;
  const base = baseOf(scope, { trigger, asked, payoutUnit: setting?.unit });
  if (!setting?.enabled) return { base, setting: null, worth: 0, rate: null, exclusive };
  unitOf(scope, setting.unit);
  const isForeign = base !== null && base.unit !== setting.unit;
  const rate = isForeign ? await findRate(scope, { from: base.unit, to: setting.unit }) : null;
  const worth = base ? worthOf(scope, base, { unit: setting.unit, rate }) : 0;
  return { base, setting, worth, rate, exclusive };
}

function baseOf(
  scope: Scope,
  {
    trigger,
    asked,
    payoutUnit,
  }: { trigger: Trigger; asked: Asked; payoutUnit: string | undefined },
): Worth | null {
  const shape = z.object({ payload: trigger.payload ?? z.unknown() });
  const { payload } = readInput(shape, { payload: asked.payload });
  const found = trigger.baseAmount?.(payload as never) ?? null;
  const unit = found?.unit ?? payoutUnit;
  const amount = asked.amount ?? found?.amount;
  if (amount === undefined || unit === undefined) return null;
  unitOf(scope, unit);
  if (amount !== 0) checkAmount(amount);
  return { amount, unit };
}

function worthOf(
  scope: Scope,
  { amount, unit }: Worth,
  to: { readonly unit: string; readonly rate: Rate | null },
): number {
  const { rate } = to;
  if (rate === null) return amount;
  const scales = { from: unitOf(scope, unit).scale, to: unitOf(scope, to.unit).scale };
  return convertAmount(amount, rate, { ...scales, rounding: 'half_up' }).amount;
}
