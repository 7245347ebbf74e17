/** What use sets off on a draft: payers are named, and what it passes on the way is announced. Pure. */
import { cover } from './cover.ts';
import type { Opened } from './open-balances.ts';
import { quotaOf, targetsOf } from './targets.ts';

/** Names payers for what was drawn and announces each amount of use that was passed on the way from `before`. */
export function noticeUse(opened: Opened, before: number): void {
  const { draft, outlook } = opened;
  cover(draft, outlook);
  const { quota, used, free } = quotaOf(draft, outlook.plan);
  for (const target of targetsOf(quota, outlook.plan)) {
    if (before >= target || used < target) continue;
    const data = { feature: draft.unit, used, quota };
    if (target === quota && free === 0) draft.news.push({ type: 'quota.reached', data });
    for (const percent of outlook.plan.thresholds) {
      if (Math.ceil((quota * percent) / 100) === target)
        draft.news.push({ type: 'quota.threshold', data: { ...data, percent } });
    }
  }
}
