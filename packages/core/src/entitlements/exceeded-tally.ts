/**
 * Refusals for want of quota, counted in memory by customer, feature and minute: whoever knocks a thousand times a second
 * makes one row of news and not sixty thousand.
 */
import type { News } from '../kernel/index.ts';

/** What was refused within one minute. */
export type Exceeded = {
  readonly tenant: string;
  readonly customer: string;
  readonly feature: string;
  /** Since 1970. */
  readonly minute: number;
  readonly attempts: number;
  /** The last attempt: when, by which verb, what it asked for, and what there was. */
  readonly at: Date;
  readonly source: string | null;
  readonly requested: number;
  readonly available: number | null;
};

export type ExceededTally = {
  /** One refusal, as its news says it. */
  add(news: News): void;
  /** Adds to what is counted: what could not be written, under its minute or a later one. */
  merge(exceeded: Exceeded): void;
  /** Takes out the minutes that are over by then; all of them for `null`. */
  take(until: Date | null): Exceeded[];
};

const minuteMilliseconds = 60_000;

/** More than are refused in a minute. Past it the oldest is forgotten: better than a process that runs out of memory. */
const countedMax = 10_000;

/** The minute that an instant is in. */
export function minuteOf(at: Date): number {
  return Math.floor(at.getTime() / minuteMilliseconds);
}

/** An empty tally. */
export function createExceededTally(): ExceededTally {
  const counted = new Map<string, Exceeded>();

  function merge(exceeded: Exceeded): void {
    const { tenant, customer, feature, minute } = exceeded;
    const place = JSON.stringify([tenant, customer, feature, minute]);
    const known = counted.get(place);
    const last = known && known.at > exceeded.at ? known : exceeded;
    counted.set(place, { ...last, attempts: exceeded.attempts + (known?.attempts ?? 0) });
    const [oldest] = counted.keys();
    if (counted.size > countedMax && oldest !== undefined) counted.delete(oldest);
  }

  return {
    merge,
    add({ tenant, customer, source, at, data }) {
      const { feature, requested, available } = data as Pick<
        Exceeded,
        'feature' | 'requested' | 'available'
      >;
      const moment = new Date(at);
      merge({
        ...{ tenant, customer: customer ?? '', feature, minute: minuteOf(moment), attempts: 1 },
        ...{ at: moment, source, requested, available },
      });
    },
    take(until) {
      const taken: Exceeded[] = [];
      for (const [place, exceeded] of counted) {
        if (until !== null && exceeded.minute >= minuteOf(until)) continue;
        counted.delete(place);
        taken.push(exceeded);
      }
      return taken;
    },
  };
}
