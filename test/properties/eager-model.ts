/**
 * The books as a person would keep them on paper: each spend walks the grants at once and remembers who paid.
 *
 * The ledger defers that work; this model never does. Whatever is asked, in whatever order, both must agree on
 * what is left of every grant.
 */

export type PaperGrant = {
  readonly name: string;
  /** The quota window it is of, if it is of one. */
  readonly window: number | null;
  readonly amount: number;
  free: number;
  removed: number;
  readonly priority: number;
  expiresAt: number | null;
  readonly createdAt: number;
  readonly order: number;
  open: boolean;
  /** Counts from then; null once it has begun, or will no more. */
  startsAt: number | null;
};

type Payment = { readonly grant: PaperGrant; units: number };

export type PaperSpend = {
  readonly name: string;
  /** Who paid, in order of positions; given back from the end. */
  readonly payments: Payment[];
};

/** What it still reserves; what was captured is a spend of its name. */
export type PaperHold = PaperSpend & { expiresAt: number; open: boolean };

/** One balance on paper. Every method answers `false` for a refusal and then has changed nothing. */
export class EagerModel {
  settled = 0;
  held = 0;
  now: number;
  readonly grants: PaperGrant[] = [];
  readonly spends = new Map<string, PaperSpend>();
  readonly holds = new Map<string, PaperHold>();
  private orders = 0;

  constructor(now: number) {
    this.now = now;
  }

  get available(): number {
    return this.settled - this.held;
  }

  credit(
    name: string,
    amount: number,
    {
      priority = 0,
      expiresAt = null,
      startsAt = null,
      window = null,
    }: Partial<Pick<PaperGrant, 'priority' | 'expiresAt' | 'startsAt' | 'window'>> = {},
  ): void {
    const open = startsAt === null;
    this.grants.push({
      ...{ name, window, amount, priority, expiresAt, open, startsAt },
      ...{ free: amount, removed: 0, createdAt: this.now, order: this.orders++ },
    });
    if (open) this.settled += amount;
  }

  spend(name: string, amount: number): boolean {
    if (amount > Math.min(this.available, this.capLeft)) return false;
    this.drew(name, amount);
    this.spends.set(name, { name, payments: this.pay(amount) });
    this.settled -= amount;
    return true;
  }

  hold(name: string, amount: number, expiresAt: number): boolean {
    if (amount > Math.min(this.available, this.capLeft)) return false;
    this.drew(name, amount);
    this.holds.set(name, { name, payments: this.pay(amount), expiresAt, open: true });
    this.spends.set(name, { name, payments: [] });
    this.held += amount;
    return true;
  }

  /** Captures from the front of what the hold took; the rest goes back unless `keep`. */
  capture(name: string, amount: number, keep: boolean): boolean {
    const hold = this.holds.get(name);
    if (!hold?.open || amount > unitsOf(hold) || amount === 0) return false;
    this.held -= amount;
    this.settled -= amount;
    this.spends.get(name)?.payments.push(...takeFront(hold, amount));
    if (!keep || unitsOf(hold) === 0) this.release(name);
    return true;
  }

  release(name: string): boolean {
    const hold = this.holds.get(name);
    if (!hold?.open) return false;
    const rest = unitsOf(hold);
    this.held -= rest;
    this.giveBackTo(hold, rest);
    hold.open = false;
    return true;
  }

  giveBack(name: string, amount: number): boolean {
    const spend = this.spends.get(name);
    if (!spend || amount > unitsOf(spend)) return false;
    this.settled += amount;
    this.giveBackTo(spend, amount);
    return true;
  }

  void(name: string): boolean {
    const grant = this.grants.find((one) => one.name === name);
    if (!grant || (!grant.open && grant.startsAt === null)) return false;
    this.close(grant);
    return true;
  }

  /** Units leave for another customer: a spend that tells which expiries it took. */
  transferOut(name: string, amount: number): { units: number; expiresAt: number | null }[] | null {
    if (!this.spend(name, amount)) return null;
    const spend = this.spends.get(name);
    this.spends.delete(name);
    const lots = new Map<number | null, number>();
    for (const { grant, units } of spend?.payments ?? [])
      lots.set(grant.expiresAt, (lots.get(grant.expiresAt) ?? 0) + units);
    return [...lots].map(([expiresAt, units]) => ({ units, expiresAt }));
  }

  /** Time goes on: at each instant, holds end before grants do, and what begins comes last. */
  advance(to: number): void {
    for (let at = this.nextInstant(to); at !== undefined; at = this.nextInstant(to)) {
      this.now = at;
      for (const hold of this.holds.values())
        if (hold.open && hold.expiresAt <= at) this.release(hold.name);
      this.beforeEnds();
      for (const grant of this.grants)
        if (grant.open && grant.expiresAt !== null && grant.expiresAt <= at) this.close(grant);
      this.begin();
    }
    this.now = to;
  }

  /** What a cap lets through yet; see `EagerQuota`. */
  get capLeft(): number {
    return Number.POSITIVE_INFINITY;
  }

  protected drew(_name: string, _amount: number): void {}

  protected cameBack(_name: string, _amount: number): void {}

  private nextInstant(to: number): number | undefined {
    const ahead = this.instantsUntil(to).filter((at) => at > this.now && at <= to);
    return ahead.sort((one, other) => one - other)[0];
  }

  /** The instants up to `to` at which something ends or begins, in any order. */
  protected instantsUntil(_to: number): number[] {
    return [
      ...[...this.holds.values()].filter((hold) => hold.open).map((hold) => hold.expiresAt),
      ...this.grants.filter((grant) => grant.open).map((grant) => grant.expiresAt),
      ...this.grants.map((grant) => grant.startsAt),
    ].filter((at): at is number => at !== null);
  }

  /** Nothing rolls over here; see `EagerQuota`. */
  protected beforeEnds(): void {}

  protected begin(): void {
    for (const grant of this.grants) {
      if (grant.startsAt === null || grant.startsAt > this.now) continue;
      grant.startsAt = null;
      grant.open = true;
      this.settled += grant.amount;
    }
  }

  /** What is left of each open grant, by name. */
  remaining(): Record<string, number> {
    return Object.fromEntries(
      this.grants.filter((grant) => grant.open).map((grant) => [grant.name, grant.free]),
    );
  }

  private pay(amount: number): Payment[] {
    const payments: Payment[] = [];
    let rest = amount;
    const open = this.grants.filter((grant) => grant.open);
    open.sort(
      (one, other) =>
        one.priority - other.priority ||
        (one.expiresAt ?? Number.MAX_VALUE) - (other.expiresAt ?? Number.MAX_VALUE) ||
        one.createdAt - other.createdAt ||
        one.order - other.order,
    );
    for (const grant of open) {
      const units = Math.min(rest, grant.free);
      if (units === 0) continue;
      grant.free -= units;
      rest -= units;
      payments.push({ grant, units });
    }
    return payments;
  }

  private giveBackTo(spend: PaperSpend, amount: number): void {
    this.cameBack(spend.name, amount);
    let rest = amount;
    while (rest > 0) {
      const last = spend.payments.at(-1);
      if (!last) throw new Error(`${spend.name} never took that much.`);
      const units = Math.min(rest, last.units);
      last.units -= units;
      rest -= units;
      if (last.units === 0) spend.payments.pop();
      last.grant.free += units;
      if (!last.grant.open) this.remove(last.grant, units);
    }
  }

  /** Takes units out of the books unspent. */
  protected remove(grant: PaperGrant, units: number): void {
    grant.free -= units;
    grant.removed += units;
    this.settled -= units;
  }

  private close(grant: PaperGrant): void {
    if (grant.open) this.remove(grant, grant.free);
    grant.open = false;
    grant.startsAt = null;
  }
}

/** What the first `amount` units of a spend were paid with, taken off it. */
function takeFront(spend: PaperSpend, amount: number): Payment[] {
  const front: Payment[] = [];
  let rest = amount;
  while (rest > 0) {
    const first = spend.payments[0];
    if (!first) throw new Error(`${spend.name} never took that much.`);
    const units = Math.min(rest, first.units);
    front.push({ grant: first.grant, units });
    first.units -= units;
    rest -= units;
    if (first.units === 0) spend.payments.shift();
  }
  return front;
}

/** Units that a spend still keeps. */
export function unitsOf(spend: PaperSpend): number {
  return spend.payments.reduce((sum, { units }) => sum + units, 0);
}
