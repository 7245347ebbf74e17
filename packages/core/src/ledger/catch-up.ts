/**
 * Bringing a balance up to date: what has changed by time alone since anyone touched it, in the order of its instants.
 *
 * Pure: the same function projects for reads and computes what a command books. Booked late, an entry still carries
 * the boundary's instant as when it happened. Skipped periods are jumped, never replayed.
 */
import { cover } from './cover.ts';
import type { Draft } from './draft.ts';
import { foresee, type Outlook } from './foresee.ts';
import { passTime } from './pass-time.ts';
import { attribute } from './post.ts';
import { endForeignWindows, reconcile } from './reconcile.ts';
import { openSubWindow } from './sub-window.ts';

/**
 * Attributes what was drawn, ends what is over, begins what has begun, books the difference between the plan's
 * quotas and what was issued, and sets limits, mark and `valid_until` for the time from now on.
 */
export function catchUp(draft: Draft, outlook: Outlook): void {
  if (outlook.unit.kind === 'gauge') {
    foresee(draft, outlook);
    return;
  }
  openSubWindow(draft, outlook.plan);
  cover(draft, outlook);
  const left = passTime(draft);
  endForeignWindows(draft, outlook.plan);
  for (const window of outlook.plan.windows) reconcile(draft, window, left);
  attribute(draft);
  foresee(draft, outlook);
}
