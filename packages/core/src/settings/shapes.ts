/** The kinds of settings: each says what to send where a value does not fit. */
import { z } from 'zod';
import { isZero, parseDuration } from '../kernel/index.ts';
import type { Setting } from './setting.ts';

/** On or off. */
export function flag(title: string, value: boolean): Setting<boolean> {
  return { title, type: 'flag', shape: z.boolean('must be true or false'), default: value };
}

/** A count within bounds, both included. */
export function whole(
  title: string,
  value: number,
  { min, max }: { min: number; max: number },
): Setting<number> {
  const mustBe = `must be a whole number from ${min} to ${max}`;
  const shape = z.int(mustBe).min(min, mustBe).max(max, mustBe);
  return { title, type: 'whole', shape, default: value };
}

const amountFault = 'must be a whole number from 0 to 9007199254740991, in the smallest part';
const amountShape = z.int(amountFault).min(0, amountFault);

/** Not below 0, in a unit's smallest part. */
export function amount(title: string, value: number): Setting<number> {
  return { title, type: 'amount', shape: amountShape, default: value };
}

/** As `amount`; `null` is no limit. */
export function amountOrAny(title: string, value: number | null): Setting<number | null> {
  return { title, type: 'amount', shape: amountShape.nullable(), default: value };
}

/** ISO 8601, zero too. */
export function duration(title: string, value: string): Setting<string> {
  const mustBe = 'must be an ISO 8601 duration, like P2D or PT0S';
  return {
    title,
    type: 'duration',
    shape: z.string(mustBe).refine(isDuration, mustBe),
    default: value,
  };
}

/** ISO 8601, above zero. */
export function lasting(title: string, value: string): Setting<string> {
  const mustBe = `must be an ISO 8601 duration above zero, like ${value}`;
  return { title, type: 'duration', shape: z.string(mustBe).refine(lasts, mustBe), default: value };
}

/** A word of 1 to 64 characters, such as a key of the catalogue. */
export function text(title: string, value: string): Setting<string> {
  const mustBe = 'must be a text of 1 to 64 characters';
  return {
    title,
    type: 'text',
    shape: z.string(mustBe).min(1, mustBe).max(64, mustBe),
    default: value,
  };
}

/** What may be a name of a cookie or parameter: 1 to 64 letters, digits, "_" and "-". */
export function word(title: string, value: string): Setting<string> {
  const mustBe = 'must be 1 to 64 letters, digits, "_" or "-"';
  const shape = z.string(mustBe).regex(/^[A-Za-z0-9_-]{1,64}$/, mustBe);
  return { title, type: 'text', shape, default: value };
}

/** As `text`; `null` where nothing is said. */
export function textOrNone(title: string, value: string | null): Setting<string | null> {
  return { ...text(title, ''), shape: text(title, '').shape.nullable(), default: value };
}

function isDuration(value: string): boolean {
  try {
    parseDuration(value);
    return true;
  } catch {
    return false;
  }
}

function lasts(value: string): boolean {
  return isDuration(value) && !isZero(parseDuration(value));
}
