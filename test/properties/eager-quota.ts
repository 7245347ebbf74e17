/**
 * A paper balance that a plan feeds: each period brings its quota the moment it begins, what was left rolls over up to a
 * maximum, and a changed quota leaves what it allows less what was used, at once and whatever comes back later.
 */
import { EagerModel, type PaperGrant } from './eager-model.ts';

export type PaperPlan = {
  quota: number;
  suspended: boolean;
  readonly period: number;
  readonly priority: number;
  /** The most that rolls over; null for nothing. */
  readonly rolloverMax: number | null;
  /** At most `max` may be taken in each part of this length; a null `max` for no cap. */
  readonly per: number;
  max: number | null;
};

export class EagerQuota extends EagerModel {
  readonly plan: PaperPlan;
  readonly anchor: number;
  private left = 0;
  private readonly taken: { readonly name: string; readonly at: number; units: number }[] = [];

  constructor(now: number, plan: PaperPlan) {
    super(now);
    this.plan = plan;
    this.anchor = now;
    this.begin();
  }

  get window(): number {
    return Math.floor((this.now - this.anchor) / this.plan.period);
  }

  /** Drawn and reserved of this period's quota, and what is left of it. */
  get usage(): { used: number; left: number } {
    const issued = this.issuedIn(this.window);
    return { used: usedOf(issued), left: issued.reduce((sum, grant) => sum + grant.free, 0) };
  }

  change(change: Partial<PaperPlan>): void {
    Object.assign(this.plan, change);
    this.reconcile();
  }

  override get capLeft(): number {
    const { max } = this.plan;
    if (max === null) return Number.POSITIVE_INFINITY;
    const now = this.taken.filter(({ at }) => this.partOf(at) === this.partOf(this.now));
    return Math.max(0, max - now.reduce((sum, { units }) => sum + units, 0));
  }

  private partOf(at: number): number {
    return Math.floor((at - this.anchor) / this.plan.per);
  }

  protected override drew(name: string, units: number): void {
    this.taken.push({ name, at: this.now, units });
  }

  protected override cameBack(name: string, units: number): void {
    const taken = this.taken.find((one) => one.name === name);
    if (taken) taken.units -= units;
  }

  /** What the quota leaves, no more and no less: newest grants go first, a new one comes. */
  reconcile(): void {
    const { quota, suspended } = this.plan;
    const issued = this.issuedIn(this.window);
    const { used, left } = this.usage;
    const wanted = suspended ? 0 : Math.max(0, quota - used);
    if (wanted > left) this.issue(`p${this.window}.${issued.length}`, wanted - left);
    let rest = left - wanted;
    for (const grant of issued.reverse()) {
      const units = Math.max(0, Math.min(rest, grant.free));
      this.remove(grant, units);
      rest -= units;
    }
  }

  protected override instantsUntil(to: number): number[] {
    const { period } = this.plan;
    const boundaries = [];
    for (let at = this.anchor; at <= to; at += period) boundaries.push(at);
    return [...super.instantsUntil(to), ...boundaries];
  }

  protected override beforeEnds(): void {
    const issued = this.issuedIn(this.window - 1);
    const free = issued.reduce((sum, grant) => sum + grant.free, 0);
    // A hold that ends at this very instant may just have returned what a shrunk quota no longer allows.
    this.left = Math.min(free, Math.max(0, this.plan.quota - usedOf(issued)));
  }

  protected override begin(): void {
    super.begin();
    if (this.issuedIn(this.window).length === 0) {
      this.issue(`p${this.window}.0`, this.plan.suspended ? 0 : this.plan.quota);
      const rest = Math.min(this.plan.rolloverMax ?? 0, this.left);
      const common = { priority: this.plan.priority, expiresAt: this.end };
      if (rest > 0) this.credit(`r${this.window}`, rest, common);
    }
    this.reconcile();
  }

  private get end(): number {
    return this.anchor + (this.window + 1) * this.plan.period;
  }

  private issue(name: string, amount: number): void {
    const { plan, end, window } = this;
    this.credit(name, amount, { priority: plan.priority, expiresAt: end, window });
  }

  private issuedIn(window: number): PaperGrant[] {
    return this.grants.filter((grant) => grant.window === window);
  }
}

function usedOf(grants: readonly PaperGrant[]): number {
  return grants.reduce((sum, grant) => sum + grant.amount - grant.free - grant.removed, 0);
}
