/**
 * `valid_until` as the epoch of what is cached about a balance: as long as a spend returns the same one, what was
 * granted and when it resets are the same too.
 *
 * So whatever changes grants or quotas must change it. Where the instant itself stays, it moves by a millisecond, at most
 * ten: the balance is then caught up that much early, which finds nothing to do.
 */
import { BEFORE_ALL, FOREVER } from '../kernel/index.ts';
import { type Draft, UNWRITTEN } from './draft.ts';

const STEPS = 10;
/** Stands for "never" once it has to move. */
const FAR = Date.UTC(9999, 11, 31);

/** The `valid_until` to write: `base` is the instant itself, `before` what the row had. */
export function nextEpoch(draft: Draft, { base, before }: { base: Date; before: Date }): Date {
  if (base.getTime() === BEFORE_ALL.getTime()) return base;
  const end = timeOf(base);
  const was = timeOf(before);
  if (was > end || was <= end - STEPS) return base;
  if (!changesGrants(draft)) return before;
  return was - 1 > end - STEPS ? new Date(was - 1) : base;
}

function timeOf(instant: Date): number {
  return instant.getTime() === FOREVER.getTime() ? FAR : instant.getTime();
}

function changesGrants(draft: Draft): boolean {
  const removes = draft.entries.some((entry) => entry.kind === 'void' || entry.kind === 'expiry');
  return draft.nextGrantId > UNWRITTEN || removes;
}
