/**
 * One balance kept twice: by the ledger's real operations, and on paper by the eager model. Every step is done on both,
 * and both must answer alike: what is refused, what is left, and of which grant.
 */
import { expect } from 'vitest';
import { isBursarError, type Scope } from '../../packages/core/src/kernel/index.ts';
import {
  captureHold,
  credit,
  giveBack,
  readBalance,
  releaseHold,
  spend,
  transfer,
  voidGrant,
} from '../../packages/core/src/ledger/index.ts';
import type { Books } from '../support/books.ts';
import { EagerModel } from './eager-model.ts';

export type Step =
  | {
      readonly do: 'credit';
      readonly amount: number;
      readonly priority: number;
      readonly lasts: number | null;
    }
  | { readonly do: 'spend'; readonly amount: number }
  | { readonly do: 'hold'; readonly amount: number; readonly lasts: number }
  | {
      readonly do: 'capture';
      readonly which: number;
      readonly amount: number;
      readonly keep: boolean;
    }
  | { readonly do: 'release'; readonly which: number }
  | { readonly do: 'giveBack'; readonly which: number; readonly amount: number }
  | { readonly do: 'void'; readonly which: number }
  | { readonly do: 'transfer'; readonly amount: number }
  | { readonly do: 'advance'; readonly minutes: number };

const MINUTE = 60_000;
const unit = 'points';
const source = 'property';

/** Ann's balance in both books, and what she sent to bob. */
export class PaperAndLedger {
  readonly books: Books;
  readonly ann: EagerModel;
  readonly bob: EagerModel;
  /** The ledger's names of what the paper calls by number. */
  private readonly grants: string[] = [];
  private readonly spends: string[] = [];
  private readonly holds: string[] = [];

  constructor(books: Books, start: Date) {
    this.books = books;
    this.ann = new EagerModel(start.getTime());
    this.bob = new EagerModel(start.getTime());
  }

  scope(): Promise<Scope> {
    return this.books.at(new Date(this.ann.now));
  }

  async run(step: Step): Promise<void> {
    const scope = await this.scope();
    switch (step.do) {
      case 'credit':
        return this.credit(scope, step);
      case 'spend':
        return this.spend(scope, step.amount);
      case 'hold':
        return this.hold(scope, step);
      case 'capture':
        return this.capture(scope, step);
      case 'release':
        return this.onHold(step.which, (hold, name) => [
          this.ann.release(name),
          releaseHold(scope, { hold }),
        ]);
      case 'giveBack':
        return this.giveBack(scope, step);
      case 'void':
        return this.void(scope, step.which);
      case 'transfer':
        return this.transfer(scope, step.amount);
      case 'advance':
        for (const model of [this.ann, this.bob]) model.advance(model.now + step.minutes * MINUTE);
    }
  }

  /** Both say the same of what is left, in total and of each grant. */
  async compare(): Promise<void> {
    const scope = await this.scope();
    const ledger = await readBalance(scope, { customer: 'ann', unit });
    const names = new Map(this.grants.map((id, index) => [id, `g${index}`]));
    const left = Object.fromEntries(
      ledger.grants.map((grant) => [names.get(grant.id) ?? grant.id, grant.remaining]),
    );

    expect({ settled: ledger.settled, held: ledger.held, left }).toEqual({
      settled: this.ann.settled,
      held: this.ann.held,
      left: this.ann.remaining(),
    });
    const other = await readBalance(scope, { customer: 'bob', unit });
    const lots = other.grants.map((grant) => [grant.remaining, grant.expiresAt?.getTime() ?? null]);
    const paper = this.bob.grants
      .filter((grant) => grant.open)
      .map((grant) => [grant.free, grant.expiresAt]);
    expect([other.settled, lots.sort()]).toEqual([this.bob.settled, paper.sort()]);
  }

  private async credit(
    scope: Scope,
    { amount, priority, lasts }: Step & { do: 'credit' },
  ): Promise<void> {
    const expiresAt = lasts === null ? null : this.ann.now + lasts * MINUTE;
    this.ann.credit(`g${this.grants.length}`, amount, priority, expiresAt);
    const made = await credit(scope, {
      ...{ customer: 'ann', unit, amount, priority, source },
      ...(expiresAt !== null && { expiresAt: new Date(expiresAt) }),
    });
    this.grants.push(made.grant ?? '');
  }

  private async spend(scope: Scope, amount: number): Promise<void> {
    const taken = this.ann.spend(`s${this.spends.length}`, amount);
    const answer = await spend(scope, { customer: 'ann', unit, amount, source, request: null });
    expect(answer.allowed).toBe(taken);
    if (answer.allowed) this.spends.push(answer.transferId);
  }

  private async hold(scope: Scope, { amount, lasts }: Step & { do: 'hold' }): Promise<void> {
    const expiresAt = this.ann.now + lasts * MINUTE;
    const id = `hld_${this.holds.length}`;
    const placed = this.ann.hold(`h${this.holds.length}`, amount, expiresAt);
    const hold = { id, expiresAt: new Date(expiresAt) };
    const answer = await spend(scope, {
      customer: 'ann',
      unit,
      amount,
      source,
      request: null,
      hold,
    });
    expect(answer.allowed).toBe(placed);
    if (answer.allowed) this.holds.push(id);
  }

  private capture(scope: Scope, { which, amount, keep }: Step & { do: 'capture' }): Promise<void> {
    return this.onHold(which, (hold, name) => [
      this.ann.capture(name, amount, keep),
      captureHold(scope, { hold, amount, final: !keep, source }),
    ]);
  }

  private async giveBack(
    scope: Scope,
    { which, amount }: Step & { do: 'giveBack' },
  ): Promise<void> {
    const index = pick(this.spends, which);
    if (index === null) return;
    const done = this.ann.giveBack(`s${index}`, amount);
    await agrees(
      done,
      giveBack(scope, { customer: 'ann', unit, of: this.spends[index], amount, source }),
    );
  }

  private async void(scope: Scope, which: number): Promise<void> {
    const index = pick(this.grants, which);
    if (index === null) return;
    const done = this.ann.void(`g${index}`);
    await agrees(done, voidGrant(scope, { grant: this.grants[index] ?? '' }));
  }

  private async transfer(scope: Scope, amount: number): Promise<void> {
    await credit(scope, { customer: 'bob', unit: 'EUR', amount: 1, source });
    const lots = this.ann.transferOut('t', amount);
    for (const [index, lot] of (lots ?? []).entries()) {
      this.bob.credit(`t${this.bob.grants.length}-${index}`, lot.units, 0, lot.expiresAt);
    }
    await agrees(lots !== null, transfer(scope, { from: 'ann', to: 'bob', unit, amount, source }));
  }

  private async onHold(
    which: number,
    act: (hold: string, name: string) => [boolean, Promise<unknown>],
  ): Promise<void> {
    const index = pick(this.holds, which);
    if (index === null) return;
    const [done, ledger] = act(this.holds[index] ?? '', `h${index}`);
    await agrees(done, ledger);
  }
}

function pick(from: readonly string[], which: number): number | null {
  return from.length === 0 ? null : which % from.length;
}

/** The ledger did it, or refused it with one of its own errors, as the paper says. */
async function agrees(done: boolean, ledger: Promise<unknown>): Promise<void> {
  const outcome = await ledger.then(
    () => true,
    (error: unknown) => {
      if (!isBursarError(error)) throw error;
      return false;
    },
  );
  expect(outcome).toBe(done);
}
