/**
 * The books as a person would keep them on paper: each spend walks the grants at once and remembers who paid.
 *
 * The ledger defers that work; this model never does. Whatever is asked, in whatever order, both must agree on
 * what is left of every grant.
 */

export type PaperGrant = {
  readonly name: string;
  free: number;
  readonly priority: number;
  expiresAt: number | null;
  readonly createdAt: number;
  readonly order: number;
  open: boolean;
};

type Payment = { readonly grant: PaperGrant; units: number };

export type PaperSpend = {
  readonly name: string;
  /** Who paid, in order of positions; given back from the end. */
  readonly payments: Payment[];
};

export type PaperHold = PaperSpend & { expiresAt: number; captured: number; open: boolean };

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

  credit(name: string, amount: number, priority: number, expiresAt: number | null): void {
    this.grants.push({
      name,
      free: amount,
      priority,
      expiresAt,
      createdAt: this.now,
      order: this.orders++,
      open: true,
    });
    this.settled += amount;
  }

  spend(name: string, amount: number): boolean {
    if (amount > this.available) return false;
    this.spends.set(name, { name, payments: this.pay(amount) });
    this.settled -= amount;
    return true;
  }

  hold(name: string, amount: number, expiresAt: number): boolean {
    if (amount > this.available) return false;
    this.holds.set(name, { name, payments: this.pay(amount), expiresAt, captured: 0, open: true });
    this.held += amount;
    return true;
  }

  /** Captures from the front of what the hold took; the rest goes back unless `keep`. */
  capture(name: string, amount: number, keep: boolean): boolean {
    const hold = this.holds.get(name);
    if (!hold?.open || amount > this.restOf(hold) || amount === 0) return false;
    hold.captured += amount;
    this.held -= amount;
    this.settled -= amount;
    if (!keep || this.restOf(hold) === 0) this.release(name);
    if (this.restOf(hold) === 0) hold.open = false;
    return true;
  }

  release(name: string): boolean {
    const hold = this.holds.get(name);
    if (!hold?.open) return false;
    const rest = this.restOf(hold);
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
    if (!grant?.open) return false;
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

  /** Time goes on: at each instant, holds end before grants do. */
  advance(to: number): void {
    const instants = [
      ...[...this.holds.values()].filter((hold) => hold.open).map((hold) => hold.expiresAt),
      ...this.grants.filter((grant) => grant.open).map((grant) => grant.expiresAt),
    ].filter((at): at is number => at !== null && at <= to);
    for (const at of [...new Set(instants)].sort((one, other) => one - other)) {
      this.now = at;
      for (const hold of this.holds.values())
        if (hold.open && hold.expiresAt <= at) this.release(hold.name);
      for (const grant of this.grants)
        if (grant.open && grant.expiresAt !== null && grant.expiresAt <= at) this.close(grant);
    }
    this.now = to;
  }

  restOf(hold: PaperHold): number {
    return unitsOf(hold) - hold.captured;
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
    let rest = amount;
    while (rest > 0) {
      const last = spend.payments.at(-1);
      if (!last) throw new Error(`${spend.name} never took that much.`);
      const units = Math.min(rest, last.units);
      last.units -= units;
      rest -= units;
      if (last.units === 0) spend.payments.pop();
      if (last.grant.open) last.grant.free += units;
      else this.settled -= units;
    }
  }

  private close(grant: PaperGrant): void {
    this.settled -= grant.free;
    grant.free = 0;
    grant.open = false;
  }
}

/** Units that a spend still keeps. */
export function unitsOf(spend: PaperSpend): number {
  return spend.payments.reduce((sum, { units }) => sum + units, 0);
}
