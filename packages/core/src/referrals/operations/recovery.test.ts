/**
 * Whatever happens to a reward, in any order, nothing of it is taken twice and nothing is dropped: lives of a balance, told to the
 * kit and to a model that knows no grants, no entries and no code of ours.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clean } from '#test/fresh-books.ts';
import { chain, describeReferrals, type Fresh, setTrigger } from '#test/referrers.ts';
import { integer, type Scope, sql } from '../../kernel/index.ts';
import { credit, readBalance, spend, verify } from '../../ledger/index.ts';
import { markPaid, rejectWithdrawal, requestWithdrawal } from '../../withdrawals/index.ts';
import { collectOutstanding } from './collect-outstanding.ts';
import { reverseEvent } from './reverse-event.ts';
import { trigger } from './trigger.ts';
import { writeOffOutstanding } from './write-off-outstanding.ts';

type Policy = 'strict' | 'allow_debt';
type Step =
  | { readonly kind: 'spend' | 'credit' | 'request' | 'reverse'; readonly amount: number }
  | { readonly kind: 'pay' | 'reject' | 'collect' | 'writeOff'; readonly which: number }
  | { readonly kind: 'mature' };
type Life = {
  readonly policy: Policy;
  readonly reward: number;
  readonly waits: boolean;
  readonly steps: readonly Step[];
};

const of = <K extends string>(...kinds: readonly K[]) => fc.constantFrom(...kinds);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: of('spend', 'credit'), amount: fc.integer({ min: 1, max: 150 }) }),
  fc.record({ kind: of('request'), amount: fc.integer({ min: 1, max: 80 }) }),
  fc.record({ kind: of('reverse'), amount: fc.integer({ min: 1, max: 5_000 }) }),
  fc.record({ kind: of('pay', 'reject', 'collect', 'writeOff'), which: fc.nat(5) }),
  fc.record({ kind: of('mature') }),
);
const life: fc.Arbitrary<Life> = fc.record({
  policy: of('strict', 'allow_debt'),
  reward: fc.integer({ min: 1, max: 200 }),
  waits: fc.boolean(),
  steps: fc.array(step, { minLength: 6, maxLength: 14 }),
});

type Taken = { amount: number; outstanding: number; off: number };

/** One customer, as anybody would keep it on paper. */
class Paper {
  settled = 0;
  held = 0;
  /** Of the reward, what has not come yet. */
  waiting = 0;
  points = 0;
  /** What has left the balance for reversals, and for the reward that has not come. */
  taken = 0;
  readonly reversals: Taken[] = [];
  readonly #life: Life;

  constructor(life: Life) {
    this.#life = life;
    if (life.waits) this.waiting = life.reward;
    else this.settled = life.reward;
  }

  get available(): number {
    return this.settled - this.held;
  }

  get owes(): boolean {
    return this.settled < 0 || this.available < 0;
  }

  get reversed(): number {
    return this.reversals.reduce((sum, { amount }) => sum + amount, 0);
  }

  mature(): void {
    this.settled += this.waiting;
    this.waiting = 0;
  }

  /** Half up of the whole by then, less what was due before. */
  reverse(points: number, hasMatured: boolean): Taken {
    this.points += points;
    const whole = Math.floor((this.#life.reward * this.points * 2 + 10_000) / 20_000);
    const amount = whole - this.reversed;
    const isWaiting = this.#life.waits && !hasMatured;
    const there = Math.max(0, this.available);
    const taken =
      isWaiting || this.#life.policy === 'allow_debt' ? amount : Math.min(amount, there);
    if (isWaiting) this.waiting -= taken;
    else this.settled -= taken;
    this.taken += taken;
    const one = { amount, outstanding: amount - taken, off: 0 };
    this.reversals.push(one);
    return one;
  }

  collect(one: Taken): number {
    const taken = Math.min(one.outstanding, Math.max(0, this.available));
    one.outstanding -= taken;
    this.settled -= taken;
    this.taken += taken;
    return taken;
  }

  writeOff(one: Taken): number {
    const off = one.outstanding;
    one.outstanding = 0;
    one.off += off;
    return off;
  }
}

const points = { customer: 'ann', unit: 'points' } as const;
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: { code?: string }) => error.code ?? String(error),
  );

class Told {
  readonly #life: Life;
  readonly #paper: Paper;
  #scope: Scope;
  readonly #event: string;
  readonly #later: () => Promise<Scope>;
  #hasMatured = false;
  #reversals: string[] = [];
  #pending: { id: string; amount: number }[] = [];
  #count = 0;

  constructor(life: Life, now: Scope, event: string, later: () => Promise<Scope>) {
    this.#life = life;
    this.#paper = new Paper(life);
    this.#scope = now;
    this.#event = event;
    this.#later = later;
  }

  async take(step: Step): Promise<void> {
    this.#count += 1;
    if (step.kind === 'mature') await this.#mature();
    else if ('which' in step) await this.#decide(step.kind, step.which);
    else await this.#move(step.kind, step.amount);
    await this.#compare();
  }

  /** Takes all that is left, so that the shares must have added up to the whole, and lets time pass. */
  async finish(): Promise<void> {
    this.#count += 1;
    const left = 10_000 - this.#paper.points;
    if (left > 0) await this.#move('reverse', left);
    await this.#compare();
    expect(this.#paper.reversed).toBe(this.#life.reward);
    // What was reversed before it came never does.
    await this.#mature();
    await this.#compare();
  }

  async #mature(): Promise<void> {
    if (this.#hasMatured) return;
    this.#hasMatured = true;
    this.#scope = await this.#later();
    this.#paper.mature();
  }

  async #move(kind: 'spend' | 'credit' | 'request' | 'reverse', amount: number): Promise<void> {
    const paper = this.#paper;
    const scope = this.#scope;
    if (kind === 'credit') {
      await credit(scope, { ...points, amount, source: 'test' });
      paper.settled += amount;
    } else if (kind === 'spend') {
      const { allowed } = await spend(scope, { ...points, amount, source: 'test', request: null });
      expect(allowed).toBe(paper.available >= amount);
      if (allowed) paper.settled -= amount;
    } else if (kind === 'request') await this.#request(amount);
    else await this.#reverse(Math.min(amount, 10_000 - paper.points));
  }

  async #request(amount: number): Promise<void> {
    const paper = this.#paper;
    let id = '';
    const asked = requestWithdrawal(this.#scope, { customer: 'ann', amount, currency: 'points' });
    const code = await codeOf(asked.then(({ withdrawal }) => (id = withdrawal.id)));
    const short = paper.available < amount ? 'insufficient_balance' : null;
    expect(code).toBe(paper.owes ? 'customer_owes' : short);
    if (code !== null) return;
    paper.held += amount;
    this.#pending.push({ id, amount });
  }

  async #reverse(basisPoints: number): Promise<void> {
    if (basisPoints === 0) return;
    const input = { event: this.#event, basisPoints, idempotencyKey: `k${this.#count}` };
    const done = await reverseEvent(this.#scope, input);
    const again = await reverseEvent(this.#scope, input);
    const { outstanding } = this.#paper.reverse(basisPoints, this.#hasMatured);
    expect(again).toEqual({ ...done, replayed: true });
    expect(done.outstanding).toBe(outstanding);
    this.#reversals.push(done.event);
  }

  async #decide(kind: 'pay' | 'reject' | 'collect' | 'writeOff', which: number): Promise<void> {
    const paper = this.#paper;
    const scope = this.#scope;
    const pending = this.#pending[which % (this.#pending.length || 1)];
    if (kind === 'pay' || kind === 'reject') {
      if (!pending) return;
      const input = { withdrawal: pending.id, reason: 'as agreed' };
      const code = await codeOf(
        kind === 'pay' ? markPaid(scope, input) : rejectWithdrawal(scope, input),
      );
      expect(code).toBe(kind === 'pay' && paper.owes ? 'customer_owes' : null);
      if (code !== null) return;
      paper.held -= pending.amount;
      if (kind === 'pay') paper.settled -= pending.amount;
      this.#pending = this.#pending.filter((one) => one !== pending);
      return;
    }
    const index = which % (this.#reversals.length || 1);
    const reversal = this.#reversals[index];
    const one = paper.reversals[index];
    if (reversal === undefined || !one) return;
    if (kind === 'collect') {
      const input = { reversal, idempotencyKey: `k${this.#count}` };
      const { collected } = await collectOutstanding(scope, input);
      const again = await collectOutstanding(scope, input);
      expect([collected, again.collected]).toEqual(Array(2).fill(paper.collect(one)));
    } else {
      const { writtenOff } = await writeOffOutstanding(scope, { reversal, reason: 'as agreed' });
      expect(writtenOff).toBe(paper.writeOff(one));
    }
  }

  async #compare(): Promise<void> {
    const paper = this.#paper;
    const { settled, held } = await readBalance(this.#scope, points);
    const kept = await rowsOf(this.#scope, this.#event);
    const sums = kept.reduce(
      (sum, one) => ({
        amount: sum.amount + one.amount,
        outstanding: sum.outstanding + one.outstanding,
        off: sum.off + one.off,
      }),
      { amount: 0, outstanding: 0, off: 0 },
    );

    expect({ settled, held }).toEqual({ settled: paper.settled, held: paper.held });
    expect(kept).toEqual(paper.reversals.filter(({ amount }) => amount > 0));
    expect(paper.taken + sums.outstanding + sums.off).toBe(sums.amount);
    expect(sums.amount).toBe(paper.reversed);
    expect(paper.taken).toBeLessThanOrEqual(this.#life.reward);
    expect(await verify(this.#scope)).toEqual(clean);
  }
}

/** What is kept of each reversal of the event, those of nothing left out, in their order. */
function rowsOf(scope: Scope, event: string): Promise<Taken[]> {
  return scope.many(
    sql`
    select 0 - reward.amount as amount, reward.outstanding, reward.written_off
      from bursar.reward_events as reversal
      join bursar.rewards as reward on (reward.tenant_id, reward.event_id) = (reversal.tenant_id, reversal.id)
     where (reversal.tenant_id, reversal.parent_id) = (${scope.tenant.id}::int, ${event}::text)
     order by reward.id`,
    (row) => ({
      amount: integer(row.amount),
      outstanding: integer(row.outstanding),
      off: integer(row.written_off),
    }),
  );
}

async function live(fresh: Fresh, one: Life): Promise<void> {
  const { scope, at } = await fresh();
  await chain(scope, 'ann', 'bob');
  await setTrigger(scope, 'visit', {
    ...{ unit: 'points', clawback: one.policy, levels: [{ level: 1, fixed: one.reward }] },
    ...(one.waits && { matures: 'P14D' }),
  });
  const { event } = await trigger(scope, { alias: 'visit', customer: 'bob' });
  const told = new Told(one, scope, event, () => at('2026-01-25T00:00:00Z'));
  for (const step of one.steps) await told.take(step);
  await told.finish();
}

describeReferrals('a reward, in any life,', (fresh) => {
  test('is taken at most once: taken, outstanding and written off are what was reversed', async () => {
    await fc.assert(
      fc.asyncProperty(life, (one) => live(fresh, one)),
      { numRuns: 25 },
    );
  }, 180_000);
});
