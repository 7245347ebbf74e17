/** The ledger's side of a paper plan: the windows it asks the floor above for. */
import type {
  BalancePlan,
  PlanOf,
  QuotaWindow,
  SubWindow,
} from '../../packages/core/src/ledger/index.ts';
import type { PaperPlan } from './eager-quota.ts';

const lead = 'sub_1/points';

/** A plan of ann's points whose quota can be changed under the ledger's eyes. */
export class PropertyPlan {
  now: PaperPlan | null;
  private readonly anchor: number;

  constructor(plan: PaperPlan | null, anchor: number) {
    this.now = plan && { ...plan };
    this.anchor = anchor;
  }

  readonly planOf: PlanOf = async (_scope, { customer, unit, now }): Promise<BalancePlan> => {
    const nothing = {
      ...{ windows: [], subWindow: null, ceiling: null, thresholds: [] },
      nextChangeAt: null,
    };
    if (!this.now || customer.externalId !== 'ann' || unit !== 'points') return nothing;
    const window = this.windowAt(this.now, now.getTime());
    const subWindow = this.subWindowAt(this.now, now.getTime());
    const ends = [window.endsAt, subWindow?.endsAt ?? null];
    return { ...nothing, windows: [window], subWindow, nextChangeAt: earliest(ends) };
  };

  private subWindowAt({ per, max }: PaperPlan, at: number): SubWindow | null {
    if (max === null) return null;
    const startsAt = this.anchor + Math.floor((at - this.anchor) / per) * per;
    return { max, startsAt: new Date(startsAt), endsAt: new Date(startsAt + per) };
  }

  private windowAt(plan: PaperPlan, at: number): QuotaWindow {
    const number = Math.floor((at - this.anchor) / plan.period);
    const startsAt = new Date(this.anchor + number * plan.period);
    const endsAt = new Date(startsAt.getTime() + plan.period);
    const rolls = plan.rolloverMax !== null && number > 0;
    return {
      ...{ reference: `${lead}/${number}`, quota: plan.quota, suspended: plan.suspended },
      ...{ startsAt, endsAt, priority: plan.priority },
      ...{ soft: false, overageMax: null, usedBefore: 0 },
      rollover: rolls
        ? {
            from: `${lead}/${number - 1}`,
            fromQuota: plan.quota,
            fromMayShrink: true,
            fromPaused: false,
            fromUsedBefore: 0,
            max: plan.rolloverMax ?? 0,
            expiresAt: endsAt,
          }
        : null,
    };
  }
}

function earliest(instants: readonly (Date | null)[]): Date | null {
  const known = instants.filter((one) => one !== null).map((one) => one.getTime());
  return known.length === 0 ? null : new Date(Math.min(...known));
}

/** What paper calls a grant of the plan; null for others. */
export function paperName(grant: { source: string; reference: string | null }): string | null {
  const found = /^sub_1\/points\/(\d+)(?:\/revision\/(\d+))?$/.exec(grant.reference ?? '');
  if (!found) return null;
  return grant.source === 'rollover' ? `r${found[1]}` : `p${found[1]}.${found[2] ?? 0}`;
}
