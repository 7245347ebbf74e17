/**
 * Lives of one payment at a gateway, from its opening to what its payer's bank decides at last: what a gateway would tell of
 * each moment, and what the order must be when all of it is told.
 *
 * Only what can happen: no more goes back, and is called into question, than came in.
 */
import fc from 'fast-check';

/** What the order costs, in cents, and what it grants. */
export const TOTAL = 1_000;
export const UNITS = 100;

type State =
  | 'open'
  | 'processing'
  | 'needs_payment_method'
  | 'needs_action'
  | 'succeeded'
  | 'canceled';
type Stage = 'inquiry' | 'open' | 'won' | 'lost';

/** One moment, as it is then. */
export type Moment = {
  /** What the webhook is about: the payment as it is, or what went back, or a dispute. */
  readonly about: 'payment' | 'refund' | 'dispute';
  readonly state: State;
  /** In all, so far. */
  readonly back: number;
  /** What went back in this moment. */
  readonly part: number;
  /** The webhook says how much went back. */
  readonly tells: boolean;
  readonly dispute: { readonly id: string; readonly stage: Stage; readonly sum: number } | null;
};

export type Life = readonly Moment[];

/** What comes of a life. */
export type Outcome = {
  readonly status: string;
  readonly refunded: number;
  readonly disputed: boolean;
  readonly settled: number;
  readonly held: number;
};

type Now = {
  state: State;
  back: number;
  disputes: Map<string, { stage: Stage; sum: number }>;
};

type Choice = { readonly move: number; readonly amount: number; readonly tells: boolean };

const choice: fc.Arbitrary<Choice> = fc.record({
  move: fc.nat({ max: 999 }),
  amount: fc.integer({ min: 1, max: 100 }),
  tells: fc.boolean(),
});

/** Of 6 to 15 moments; most of them are paid for early on. */
export const lives: fc.Arbitrary<Life> = fc
  .array(choice, { minLength: 5, maxLength: 14 })
  .map((choices) => {
    const now: Now = { state: 'open', back: 0, disputes: new Map() };
    const begun = momentOf(now, { about: 'payment', tells: true });
    return [begun, ...choices.map((one) => live(now, one))];
  });

function momentOf(
  { state, back }: Now,
  more: Pick<Moment, 'about' | 'tells'> & Partial<Moment>,
): Moment {
  return { state, back, part: 0, dispute: null, ...more };
}

/** One step on. */
function live(now: Now, { move, amount, tells }: Choice): Moment {
  if (now.state === 'succeeded') return livePaid(now, { move, amount, tells });
  const states = [
    ...(['processing', 'needs_payment_method', 'needs_action', 'succeeded'] as const),
    ...(['succeeded', 'succeeded', 'succeeded', 'succeeded', 'canceled'] as const),
  ];
  if (now.state !== 'canceled') now.state = states[move % states.length] ?? 'processing';
  return momentOf(now, { about: 'payment', tells });
}

function livePaid(now: Now, { move, amount, tells }: Choice): Moment {
  const rest = restOf(now);
  const kind = move % 5;
  if (kind <= 1 && rest > 0) {
    const part = amount > 80 ? rest : Math.min(rest, amount * 5);
    now.back += part;
    const about = kind === 0 ? 'payment' : 'refund';
    return momentOf(now, { about, part, tells: true });
  }
  if (kind === 2) return momentOf(now, { about: 'payment', tells });
  return liveDisputed(now, { move, amount });
}

/** A dispute begins, or the first that is under way goes on. */
function liveDisputed(now: Now, { move, amount }: Pick<Choice, 'move' | 'amount'>): Moment {
  const under = [...now.disputes].find(([, { stage }]) => stage === 'inquiry' || stage === 'open');
  const rest = restOf(now);
  if (!under && rest === 0) return momentOf(now, { about: 'payment', tells: true });
  const [id, before] = under ?? [`dp_${now.disputes.size + 1}`, null];
  const sum = before?.sum ?? (amount > 50 ? rest : Math.min(rest, amount * 10));
  const first = move % 2 === 0 ? 'open' : 'inquiry';
  const last = move % 2 === 0 ? 'won' : 'lost';
  const stage =
    before === null ? first : before.stage === 'inquiry' && move % 3 === 0 ? 'open' : last;
  now.disputes.set(id, { stage, sum });
  return momentOf(now, { about: 'dispute', tells: true, dispute: { id, stage, sum } });
}

/** What may still go back or be called into question. */
function restOf({ back, disputes }: Now): number {
  const gone = [...disputes.values()].filter(({ stage }) => stage !== 'won');
  return TOTAL - back - gone.reduce((all, { sum }) => all + sum, 0);
}

/** What the order is in the end, worked out from the last of everything. */
export function outcomeOf(life: Life): Outcome {
  const disputes = new Map(
    life.flatMap(({ dispute }) => (dispute ? [[dispute.id, dispute] as const] : [])),
  );
  const sumOf = (stage: Stage) =>
    [...disputes.values()]
      .filter((one) => one.stage === stage)
      .reduce((all, one) => all + one.sum, 0);
  if (!life.some(({ state }) => state === 'succeeded')) {
    const refusals = life
      .filter(({ state }) => state.startsWith('needs_'))
      .map(({ state }) => state);
    const words = { needs_payment_method: 'refused', needs_action: 'error' } as const;
    const status = words[refusals.at(-1) as keyof typeof words] ?? 'pending';
    return { status, refunded: 0, disputed: false, settled: 0, held: 0 };
  }
  const refunded = Math.max(...life.map(({ back }) => back)) + sumOf('lost');
  const settled = UNITS - Math.floor((UNITS * refunded) / TOTAL);
  const disputed = sumOf('open') > 0;
  const status = refunded === TOTAL ? 'refunded' : refunded > 0 ? 'partly_refunded' : 'paid';
  return { status, refunded, disputed, settled, held: disputed ? settled : 0 };
}

/** In what order it is told, and how often; what is left out, no later word needs. */
export type Telling = {
  readonly life: Life;
  /** Places in the life; some stand there more than once. */
  readonly order: readonly number[];
  /** Repeats bear the id of the first, or one of their own. */
  readonly sameIds: boolean;
  readonly atOnce: boolean;
};

/** Any life, told in any order, with repeats, and with words that got lost. */
export const tellings: fc.Arbitrary<Telling> = lives.chain((life) => {
  const all = life.map((_, place) => place);
  const needed = all.filter((place) => isNeeded(life, place));
  const others = all.filter((place) => !needed.includes(place));
  return fc
    .record({
      kept: fc.oneof(fc.constant(others), fc.subarray(others)),
      repeats: fc.array(fc.constantFrom(...all), { maxLength: 6 }),
      sameIds: fc.boolean(),
      atOnce: fc.boolean(),
    })
    .chain(({ kept, repeats, ...rest }) => {
      const told = [...needed, ...kept];
      const words = [...told, ...repeats.filter((place) => told.includes(place))];
      return fc
        .shuffledSubarray(words, { minLength: words.length })
        .map((order) => ({ life, order, ...rest }));
    });
});

/**
 * How each dispute ended is told by webhooks alone; the rest the gateway can be asked for, once it is paid. Until then each
 * refusal counts.
 */
function isNeeded(life: Life, place: number): boolean {
  if (!life.some(({ state }) => state === 'succeeded')) return true;
  const dispute = life[place]?.dispute;
  return dispute ? !life.slice(place + 1).some((later) => later.dispute?.id === dispute.id) : false;
}
