/**
 * Rights kept in memory: what decides boolean and config features, reasons and who may ask. Never an amount.
 *
 * The clock ends an entry at the next instant at which time alone changes the rights. A change of this process forgets it at
 * once, one of another process by a notification after its commit; while that cannot be heard nothing is kept and
 * everything is read. Whatever is missed all the same is over after `keepMilliseconds`.
 */
import type { Subject } from './subject.ts';

export type SubjectKey = { readonly tenant: string; readonly customer: string };

export interface SubjectCache {
  /** What is known and still true at `now`; `null` otherwise. */
  find(key: SubjectKey, now: Date): Subject | null;
  /** Call before reading; what it gives keeps what was read, unless it was forgotten meanwhile. */
  reading(key: SubjectKey): (subject: Subject, now: Date) => void;
  forget(key: SubjectKey): void;
  /** Read through until `release`: somebody changes it in a transaction whose end is not known here. */
  withhold(key: SubjectKey): void;
  release(key: SubjectKey): void;
  /** Changes of other processes can be heard, or cannot: then all is forgotten and nothing is kept. */
  hear(hears: boolean): void;
}

/** The longest that anything is kept: the bound for a notification that never came. */
const keepMilliseconds = 30_000;
/** The oldest makes room. */
const entriesMax = 50_000;

type Entry = { readonly subject: Subject; readonly until: number; readonly since: number };
type Reading = { isStale: boolean };

/** An empty cache; it keeps nothing until it can hear. */
export function createSubjectCache(): SubjectCache {
  const entries = new Map<string, Entry>();
  const readings = new Map<string, Set<Reading>>();
  const withheld = new Map<string, number>();
  let hears = false;

  function forgetAt(place: string): void {
    entries.delete(place);
    for (const reading of readings.get(place) ?? []) reading.isStale = true;
  }

  function begin(place: string): Reading {
    const reading = { isStale: false };
    const known = readings.get(place) ?? new Set();
    readings.set(place, known.add(reading));
    return reading;
  }

  function end(place: string, reading: Reading): void {
    const known = readings.get(place);
    known?.delete(reading);
    if (known?.size === 0) readings.delete(place);
  }

  function keep(place: string, subject: Subject, now: Date): void {
    const until = subject.rights.nextChangeAt?.getTime() ?? Number.POSITIVE_INFINITY;
    entries.set(place, { subject, until, since: now.getTime() });
    const [oldest] = entries.keys();
    if (entries.size > entriesMax && oldest !== undefined) entries.delete(oldest);
  }

  return {
    find(key, now) {
      const place = placeOf(key);
      const entry = entries.get(place);
      if (!entry || withheld.has(place)) return null;
      const time = now.getTime();
      const isTrue =
        time >= entry.since && time < Math.min(entry.until, entry.since + keepMilliseconds);
      return isTrue ? entry.subject : null;
    },
    reading(key) {
      const place = placeOf(key);
      const reading = begin(place);
      return (subject, now) => {
        end(place, reading);
        if (hears && !reading.isStale && !withheld.has(place)) keep(place, subject, now);
      };
    },
    forget: (key) => forgetAt(placeOf(key)),
    withhold(key) {
      const place = placeOf(key);
      forgetAt(place);
      withheld.set(place, (withheld.get(place) ?? 0) + 1);
    },
    release(key) {
      const place = placeOf(key);
      const left = (withheld.get(place) ?? 1) - 1;
      if (left > 0) withheld.set(place, left);
      else withheld.delete(place);
      forgetAt(place);
    },
    hear(now) {
      hears = now;
      for (const place of [...entries.keys(), ...readings.keys()]) forgetAt(place);
    },
  };
}

function placeOf({ tenant, customer }: SubjectKey): string {
  return `${tenant}\n${customer}`;
}
