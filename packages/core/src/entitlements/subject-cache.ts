/**
 * Rights kept in memory: what decides boolean and config features, reasons and who may ask. Never an amount.
 *
 * The clock ends an entry at the next instant at which time alone changes the rights. A change of this process forgets it at
 * once, one of another process by a notification after its commit; while that cannot be heard nothing is kept and
 * everything is read. Whatever is missed all the same is over after `keepMilliseconds`.
 */
import type { CustomerRow } from '../customers/index.ts';
import type { Rights } from '../subscriptions/index.ts';

/** Who is asked about: the customer's row and rights. */
export type Subject = {
  readonly customer: string;
  readonly row: CustomerRow | null;
  readonly rights: Rights;
};

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
type Kept = {
  readonly entries: Map<string, Entry>;
  readonly readings: Map<string, Set<Reading>>;
  readonly withheld: Map<string, number>;
  hears: boolean;
};

/** An empty cache; it keeps nothing until it can hear. */
export function createSubjectCache(): SubjectCache {
  const kept: Kept = {
    entries: new Map(),
    readings: new Map(),
    withheld: new Map(),
    hears: false,
  };
  return {
    find: (key, now) => find(kept, placeOf(key), now.getTime()),
    reading: (key) => beginReading(kept, placeOf(key)),
    forget: (key) => forget(kept, placeOf(key)),
    withhold: (key) => withhold(kept, placeOf(key), 1),
    release: (key) => withhold(kept, placeOf(key), -1),
    hear(hears) {
      kept.hears = hears;
      for (const place of [...kept.entries.keys(), ...kept.readings.keys()]) forget(kept, place);
    },
  };
}

function find({ entries, withheld }: Kept, place: string, time: number): Subject | null {
  const entry = entries.get(place);
  if (!entry || withheld.has(place) || time < entry.since) return null;
  return time < Math.min(entry.until, entry.since + keepMilliseconds) ? entry.subject : null;
}

function forget({ entries, readings }: Kept, place: string): void {
  entries.delete(place);
  for (const reading of readings.get(place) ?? []) reading.isStale = true;
}

function withhold(kept: Kept, place: string, change: 1 | -1): void {
  forget(kept, place);
  const times = (kept.withheld.get(place) ?? 0) + change;
  if (times > 0) kept.withheld.set(place, times);
  else kept.withheld.delete(place);
}

function beginReading(kept: Kept, place: string): (subject: Subject, now: Date) => void {
  const reading: Reading = { isStale: false };
  const known = kept.readings.get(place) ?? new Set();
  kept.readings.set(place, known.add(reading));
  return (subject, now) => {
    known.delete(reading);
    if (known.size === 0) kept.readings.delete(place);
    if (kept.hears && !reading.isStale && !kept.withheld.has(place))
      keep(kept, place, subject, now);
  };
}

function keep({ entries }: Kept, place: string, subject: Subject, now: Date): void {
  const until = subject.rights.nextChangeAt?.getTime() ?? Number.POSITIVE_INFINITY;
  entries.set(place, { subject, until, since: now.getTime() });
  const [oldest] = entries.keys();
  if (entries.size > entriesMax && oldest !== undefined) entries.delete(oldest);
}

function placeOf({ tenant, customer }: SubjectKey): string {
  return `${tenant}\n${customer}`;
}
