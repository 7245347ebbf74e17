/**
 * What the kit counts of its work, through OpenTelemetry's API, which does nothing without the host's SDK.
 *
 * Every instrument stands here as data, and docs/observability.md says the same. No attribute ever names a customer, an
 * amount or a key.
 */
import {
  type Attributes,
  type BatchObservableCallback,
  createNoopMeter,
  type Meter,
  type MeterProvider,
  metrics,
  type Observable,
} from '@opentelemetry/api';

type Spec = {
  readonly type: 'counter' | 'histogram' | 'gauge';
  readonly name: string;
  readonly unit: string;
  readonly attributes: readonly string[];
  readonly description: string;
  /** Of a histogram: the upper bounds. */
  readonly bounds?: readonly number[];
};

/** Every instrument there is. */
export const instruments = {
  spends: {
    ...{ type: 'counter', name: 'bursar.spends', unit: '{spend}' },
    attributes: ['bursar.kind', 'bursar.replayed'],
    description: 'Spends, holds and raised gauges that were accepted.',
  },
  spendDuration: {
    ...{ type: 'histogram', name: 'bursar.spend.duration', unit: 's' },
    attributes: ['bursar.outcome'],
    bounds: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 3],
    description: 'How long one attempt to take from a balance took, its turn included.',
  },
  refusals: {
    ...{ type: 'counter', name: 'bursar.refusals', unit: '{refusal}' },
    attributes: ['bursar.reason', 'bursar.source'],
    description: 'What was asked for and refused.',
  },
  statementSpends: {
    ...{ type: 'histogram', name: 'bursar.statement.spends', unit: '{spend}' },
    attributes: [],
    bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
    description: 'How many spends shared one statement and one commit.',
  },
  catchUps: {
    ...{ type: 'counter', name: 'bursar.catch_ups', unit: '{catch_up}' },
    attributes: [],
    description: 'Balances for which was booked what time alone had changed.',
  },
  databaseRetries: {
    ...{ type: 'counter', name: 'bursar.database.retries', unit: '{retry}' },
    attributes: ['bursar.reason'],
    description: 'Statements and transactions that were tried again.',
  },
  deliveryRetries: {
    ...{ type: 'counter', name: 'bursar.deliveries.retries', unit: '{retry}' },
    attributes: ['bursar.consumer'],
    description: 'Events that a consumer did not take, and will be given again.',
  },
  deadLetters: {
    ...{ type: 'counter', name: 'bursar.deliveries.dead', unit: '{event}' },
    attributes: ['bursar.consumer'],
    description: 'Events that were given up on.',
  },
  outboxAge: {
    ...{ type: 'gauge', name: 'bursar.outbox.age', unit: 's' },
    attributes: ['bursar.schema'],
    description: 'Age of the oldest event that is not given out yet.',
  },
  deliveriesAge: {
    ...{ type: 'gauge', name: 'bursar.deliveries.age', unit: 's' },
    attributes: ['bursar.schema', 'bursar.consumer'],
    description: 'Age of the oldest event that a consumer has still to take.',
  },
} as const satisfies Record<string, Spec>;

type All = typeof instruments;
type NamesOf<T extends Spec['type']> = {
  [N in keyof All]: All[N]['type'] extends T ? N : never;
}[keyof All];
type AttributesOf<N extends keyof All> = {
  readonly [A in All[N]['attributes'][number]]: string | boolean;
};

/** Tells one gauge's value. */
export type Tell = <N extends NamesOf<'gauge'>>(
  name: N,
  value: number,
  attributes: AttributesOf<N>,
) => void;

type Made = {
  readonly add: Partial<Record<keyof All, (by: number, attributes: Attributes) => void>>;
};

const scope = '@bursar/core';
let provider: MeterProvider | null = null;
let made: Made | null = null;
const observers = new Set<(tell: Tell) => Promise<void>>();

/** Counts one more. */
export function count<N extends NamesOf<'counter'>>(name: N, attributes: AttributesOf<N>): void {
  current()?.add[name]?.(1, attributes as Attributes);
}

/** Keeps one value of a histogram. */
export function record<N extends NamesOf<'histogram'>>(
  name: N,
  value: number,
  attributes: AttributesOf<N>,
): void {
  current()?.add[name]?.(value, attributes as Attributes);
}

/** True while somebody collects: what costs something to count is only counted then. */
export function isCounting(): boolean {
  return current() !== null;
}

/**
 * Calls `observer` whenever somebody collects, and never otherwise; one that fails tells nothing.
 * @returns What ends it.
 */
export function observe(observer: (tell: Tell) => Promise<void>): () => void {
  observers.add(observer);
  current();
  return () => void observers.delete(observer);
}

/** `null` without an SDK. A host may register one after the kit was made. */
function current(): Made | null {
  const now = metrics.getMeterProvider();
  if (now === provider) return made;
  provider = now;
  const meter = now.getMeter(scope);
  made = meter === createNoopMeter() ? null : make(meter);
  return made;
}

function make(meter: Meter): Made {
  const add: { -readonly [N in keyof Made['add']]: Made['add'][N] } = {};
  const gauges = new Map<keyof All, Observable>();
  for (const [key, spec] of Object.entries<Spec>(instruments)) {
    const name = key as keyof All;
    const { description, unit, bounds } = spec;
    const options = { description, unit };
    if (spec.type === 'counter') {
      const counter = meter.createCounter(spec.name, options);
      add[name] = (by, attributes) => counter.add(by, attributes);
    } else if (spec.type === 'histogram') {
      const advice = { explicitBucketBoundaries: [...(bounds ?? [])] };
      const histogram = meter.createHistogram(spec.name, { ...options, advice });
      add[name] = (value, attributes) => histogram.record(value, attributes);
    } else gauges.set(name, meter.createObservableGauge(spec.name, options));
  }
  meter.addBatchObservableCallback(collecting(gauges), [...gauges.values()]);
  return { add };
}

function collecting(gauges: ReadonlyMap<keyof All, Observable>): BatchObservableCallback {
  return async (result) => {
    const tell: Tell = (name, value, attributes) => {
      const gauge = gauges.get(name);
      if (gauge) result.observe(gauge, value, attributes as Attributes);
    };
    await Promise.allSettled([...observers].map((observer) => observer(tell)));
  };
}
