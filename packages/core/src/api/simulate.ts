/**
 * A catalogue over fake months: customers act at their instants, everything due in between happens in its order, and all of
 * it is told as one timeline.
 */
import type { AnyKeys, Duration, Keys } from '../catalog/index.ts';
import { addDuration, isBursarError, ValidationError } from '../kernel/index.ts';
import type { Instant } from '../subscriptions/index.ts';
import type { State } from './answers.ts';
import type { BursarEvent } from './event-map.ts';
import type { Bursar, CustomerHandle, TestTools } from './kit.ts';

type Verbs<K extends Keys> = Pick<CustomerHandle<K>, 'subscribe' | 'consume' | 'giveBack'> &
  Pick<CustomerHandle<K>['subscriptions'], 'cancel' | 'resume' | 'pause' | 'unpause' | 'change'> &
  Pick<CustomerHandle<K>['wallet'], 'credit' | 'debit'>;

/** What a customer does, and when. */
export type Step<K extends Keys = AnyKeys> = {
  [V in keyof Verbs<K>]: {
    readonly customer: string;
    readonly do: V;
    readonly with?: Parameters<Verbs<K>[V]>[0] | undefined;
    /** From the beginning; at once unless said. */
    readonly after?: Duration | undefined;
    /** Again and again from then on, to the end. */
    readonly every?: Duration | undefined;
  };
}[keyof Verbs<K>];

export type Scenario<K extends Keys = AnyKeys> = {
  /** 1 January 2026 unless said. */
  readonly from?: Instant | undefined;
  /** How long it lasts. */
  readonly lasts: Duration;
  readonly steps: readonly Step<K>[];
};

/** One thing that happened: a step with its outcome (`done`, or the code of the error that refused it), or an event. */
export type Moment =
  | {
      readonly at: Date;
      readonly customer: string;
      readonly step: string;
      readonly outcome: string;
    }
  | {
      readonly at: Date;
      readonly customer: string | null;
      readonly event: string;
      readonly data: Readonly<Record<string, unknown>>;
    };

export type Simulation = {
  readonly timeline: readonly Moment[];
  /** What each customer has at the end. */
  readonly states: Readonly<Record<string, State>>;
};

/** More steps than anyone reads of a timeline. */
const stepsMax = 100_000;

/**
 * Plays a scenario on a kit that has nothing in it yet.
 * @throws {ValidationError} A step cannot be read, or there are more than 100,000 of them.
 */
export async function play(
  bursar: Bursar<AnyKeys> & TestTools,
  scenario: Scenario,
  from: Date,
): Promise<Simulation> {
  const until = addDuration(from, scenario.lasts, 1, 'UTC');
  const steps = occurrencesOf(scenario, { from, until });
  const timeline: Moment[] = [];
  bursar.events.on('*', (event) => void timeline.push(momentOf(event)));
  for (const { at, step } of steps) {
    await bursar.advanceTo(at);
    timeline.push(await act(bursar, step, at));
  }
  await bursar.advanceTo(until);
  const states: Record<string, State> = {};
  for (const customer of new Set(scenario.steps.map((step) => step.customer)))
    states[customer] = await bursar.state(customer);
  return { timeline, states };
}

type Occurrence = { readonly at: Date; readonly step: Step };

function occurrencesOf(
  { steps }: Scenario,
  { from, until }: { from: Date; until: Date },
): Occurrence[] {
  const all: Occurrence[] = [];
  for (const [index, step] of steps.entries()) {
    if (!(step.do in verbsOf))
      throw new ValidationError([
        {
          pointer: `/steps/${index}/do`,
          detail: `must be one of ${Object.keys(verbsOf).join(', ')}`,
        },
      ]);
    const first = step.after === undefined ? from : addDuration(from, step.after, 1, 'UTC');
    for (
      let times = 0, at = first;
      at <= until;
      at = addDuration(first, step.every, times, 'UTC')
    ) {
      all.push({ at, step });
      if (step.every === undefined) break;
      times += 1;
      if (all.length > stepsMax)
        throw new ValidationError([
          { pointer: `/steps/${index}/every`, detail: `must leave at most ${stepsMax} steps` },
        ]);
    }
  }
  return all.sort((one, other) => one.at.getTime() - other.at.getTime());
}

const verbsOf = {
  subscribe: (handle) => handle.subscribe,
  consume: (handle) => handle.consume,
  giveBack: (handle) => handle.giveBack,
  cancel: (handle) => handle.subscriptions.cancel,
  resume: (handle) => handle.subscriptions.resume,
  pause: (handle) => handle.subscriptions.pause,
  unpause: (handle) => handle.subscriptions.unpause,
  change: (handle) => handle.subscriptions.change,
  credit: (handle) => handle.wallet.credit,
  debit: (handle) => handle.wallet.debit,
} as const satisfies Record<keyof Verbs<AnyKeys>, (handle: CustomerHandle<AnyKeys>) => unknown>;

/** A refusal is part of the story; anything else is a fault. */
async function act(bursar: Bursar<AnyKeys>, step: Step, at: Date): Promise<Moment> {
  const verb = verbsOf[step.do](bursar.customer(step.customer)) as (input: unknown) => unknown;
  const told = { at, customer: step.customer, step: step.do };
  try {
    await verb(step.with ?? {});
    return { ...told, outcome: 'done' };
  } catch (error) {
    if (!isBursarError(error)) throw error;
    return { ...told, outcome: error.code };
  }
}

function momentOf({ at, customer, type, data }: BursarEvent): Moment {
  return { at: new Date(at), customer, event: type, data: data as Record<string, unknown> };
}
