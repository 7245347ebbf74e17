/** A driver for tests: it pays, fails, or loses its answer, and remembers what it was asked. */
import type { Payout, PayoutDriver, PayoutOutcome } from './driver.ts';

/** What becomes of a payment; `lost` ones are made, or not, and the answer never comes. */
export type TestPayoutBehaviour = 'paid' | 'failed' | 'lost_after_paying' | 'lost_before_paying';

export type TestPayouts = PayoutDriver & {
  /** Every payment that was made, in order: the same withdrawal twice would be here twice. */
  readonly paid: readonly Payout[];
  /** How often `send` and `find` were called. */
  readonly calls: { send: number; find: number };
  /** From now on. `find` answers `unknown` while it is deaf. */
  behave(behaviour: TestPayoutBehaviour, options?: { deaf?: boolean | undefined }): void;
};

/** A driver that pays everything, until it is told to `behave` otherwise. */
export function testPayouts({
  timeoutMilliseconds = 50,
}: {
  timeoutMilliseconds?: number | undefined;
} = {}): TestPayouts {
  const paid: Payout[] = [];
  const refused = new Set<string>();
  const calls = { send: 0, find: 0 };
  let now: TestPayoutBehaviour = 'paid';
  let isDeaf = false;
  const answerOf = ({ withdrawal }: Payout): PayoutOutcome =>
    paid.some((one) => one.withdrawal === withdrawal)
      ? { state: 'paid', reference: `test_${withdrawal}` }
      : { state: 'failed', reason: 'The account is closed.' };
  return {
    ...{ paid, calls, timeoutMilliseconds },
    behave(behaviour, { deaf = false } = {}) {
      now = behaviour;
      isDeaf = deaf;
    },
    async send(payout, { signal }) {
      calls.send += 1;
      const isPaid = now === 'paid' || now === 'lost_after_paying';
      if (isPaid && !refused.has(payout.withdrawal)) paid.push(payout);
      if (now === 'paid' || now === 'failed') return answerOf(payout);
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    },
    async find(payout) {
      calls.find += 1;
      if (isDeaf) return { state: 'unknown' };
      // What is said to have failed must never be paid later.
      if (!paid.some(({ withdrawal }) => withdrawal === payout.withdrawal))
        refused.add(payout.withdrawal);
      return answerOf(payout);
    },
  };
}
