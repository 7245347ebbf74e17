/**
 * One balance kept twice: by the ledger's real operations, and on paper by the eager model. Every step is done on both,
 * and both must answer alike: what is refused, what is left, and of which grant.
 */
import { expect } from 'vitest';
import { lockCustomer } from '../../packages/core/src/customers/index.ts';
import { meteredFacts } from '../../packages/core/src/entitlements/facts.ts';
import {
  countedFrom,
  rememberFigures,
} from '../../packages/core/src/entitlements/remembered-figures.ts';
import {
  at,
  integer,
  isBursarError,
  type Scope,
  sql,
} from '../../packages/core/src/kernel/index.ts';
import {
  captureHold,
  credit,
  figuresAtOnce,
  giveBack,
  type PlanOf,
  type Projected,
  readBalance,
  releaseHold,
  setLimits,
  settleBalances,
  spend,
  transfer,
  voidGrant,
} from '../../packages/core/src/ledger/index.ts';
import type { Books } from '../support/books.ts';
import { EagerModel } from './eager-model.ts';
import { EagerQuota, type PaperPlan } from './eager-quota.ts';
import { PropertyPlan, paperName } from './property-plan.ts';
import { MINUTE, type Sequence, type Step } from './steps.ts';

const unit = 'points';
const source = 'property';

/** Ann's balance in both books, and what she sent to bob. */
export class PaperAndLedger {
  readonly books: Books;
  readonly ann: EagerModel;
  readonly bob: EagerModel;
  /** The ledger's names of what the paper calls by number. */
  private readonly grants: string[] = [];
  /** What can be given back: spends, and holds for what was captured of them. */
  private readonly spends: { readonly paper: string; readonly id: string }[] = [];
  private readonly holds: string[] = [];
  private readonly plan: PropertyPlan;

  constructor(open: (planOf: PlanOf) => Books, start: Date, plan: Sequence['plan']) {
    const at = start.getTime();
    this.plan = new PropertyPlan(plan, at);
    this.books = open(this.plan.planOf);
    this.ann = plan ? new EagerQuota(at, { ...plan }) : new EagerModel(at);
    this.bob = new EagerModel(at);
  }

  scope(): Promise<Scope> {
    return this.books.at(new Date(this.ann.now));
  }

  async run(step: Step): Promise<void> {
    await this.doOnBoth(step);
    if (this.ann instanceof EagerQuota) this.ann.reconcile();
  }

  private async doOnBoth(step: Step): Promise<void> {
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
      case 'quota':
        return this.changePlan(scope, { quota: step.quota, suspended: step.suspended });
      case 'cap':
        return this.changePlan(scope, { max: step.max });
      case 'advance':
        for (const model of [this.ann, this.bob]) model.advance(model.now + step.minutes * MINUTE);
    }
  }

  /** Both say the same of what is left, in total and of each grant; so does the row, unless it is due. */
  async compare(): Promise<void> {
    const scope = await this.scope();
    const ledger = await readBalance(scope, { customer: 'ann', unit });
    const names = new Map(this.grants.map((id, index) => [id, `g${index}`]));
    const left = Object.fromEntries(
      ledger.grants.map((grant) => [
        names.get(grant.id ?? '') ?? paperName(grant) ?? `${grant.id}`,
        grant.remaining,
      ]),
    );

    expect({ settled: ledger.settled, held: ledger.held, left }).toEqual({
      settled: this.ann.settled,
      held: this.ann.held,
      left: this.ann.remaining(),
    });
    if (this.ann instanceof EagerQuota)
      expect(ledger.windows).toEqual([expect.objectContaining(this.ann.usage)]);
    expect(ledger.capLeft ?? Number.POSITIVE_INFINITY).toBe(this.ann.capLeft);
    const other = await readBalance(scope, { customer: 'bob', unit });
    const lots = other.grants.map((grant) => [grant.remaining, grant.expiresAt?.getTime() ?? null]);
    const paper = this.bob.grants
      .filter((grant) => grant.open)
      .map((grant) => [grant.free, grant.expiresAt]);
    expect([other.settled, lots.sort()]).toEqual([this.bob.settled, paper.sort()]);
    await this.compareRow(scope);
    await this.compareRemembered(scope, ledger);
  }

  /** What was counted once in an epoch, and what the row says now, come to what is counted anew. */
  private async compareRemembered(scope: Scope, own: Projected): Promise<void> {
    const { feature: _, ...counted } = meteredFacts(unit, own);
    const whose = { customer: 'ann', unit };
    const row = await figuresAtOnce(scope, whose);
    const remembered = row && countedFrom(scope, whose, row);
    if (remembered) expect(remembered).toEqual(counted);
    else rememberFigures(scope, whose, { own, counted });
  }

  /** A spend looks at nothing but the row. */
  private async compareRow(scope: Scope): Promise<void> {
    const row = await scope.maybeOne(
      sql`
      select balance.settled, balance.held
        from bursar.balances as balance
        join bursar.customers as customer on (customer.tenant_id, customer.id) = (balance.tenant_id, balance.customer_id)
        join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id)
       where balance.tenant_id = ${scope.tenant.id}::int and customer.external_id = 'ann' and unit.key = ${unit}::text
         and balance.valid_until > ${at(scope.now)}::text::timestamptz`,
      (found) => ({ settled: integer(found.settled), held: integer(found.held) }),
    );
    if (row) expect(row).toEqual({ settled: this.ann.settled, held: this.ann.held });
  }

  private async credit(
    scope: Scope,
    { amount, priority, lasts, after }: Step & { do: 'credit' },
  ): Promise<void> {
    const startsAt = after === null ? null : this.ann.now + after * MINUTE;
    const expiresAt = lasts === null ? null : (startsAt ?? this.ann.now) + lasts * MINUTE;
    this.ann.credit(`g${this.grants.length}`, amount, { priority, expiresAt, startsAt });
    const made = await credit(scope, {
      ...{ customer: 'ann', unit, amount, priority, source },
      ...(expiresAt !== null && { expiresAt: new Date(expiresAt) }),
      ...(startsAt !== null && { effectiveAt: new Date(startsAt), waits: true }),
    });
    this.grants.push(made.grant ?? '');
  }

  private async spend(scope: Scope, amount: number): Promise<void> {
    const paper = `s${this.spends.length}`;
    const taken = this.ann.spend(paper, amount);
    const answer = await spend(scope, { customer: 'ann', unit, amount, source, request: null });
    expect(answer.allowed).toBe(taken);
    if (answer.allowed) this.spends.push({ paper, id: answer.transferId });
  }

  private async hold(scope: Scope, { amount, lasts }: Step & { do: 'hold' }): Promise<void> {
    const expiresAt = this.ann.now + lasts * MINUTE;
    const id = `hld_${this.holds.length}`;
    const paper = `h${this.holds.length}`;
    const placed = this.ann.hold(paper, amount, expiresAt);
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
    if (!answer.allowed) return;
    this.holds.push(id);
    this.spends.push({ paper, id: answer.transferId });
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
    const of = this.spends[pick(this.spends, which) ?? 0];
    if (!of) return;
    const done = this.ann.giveBack(of.paper, amount);
    await agrees(done, giveBack(scope, { customer: 'ann', unit, of: of.id, amount, source }));
  }

  private async void(scope: Scope, which: number): Promise<void> {
    const index = pick(this.grants, which);
    if (index === null) return;
    const done = this.ann.void(`g${index}`);
    await agrees(done, voidGrant(scope, { grant: this.grants[index] ?? '' }));
  }

  /** As every command that changes rights does it: settled before and after. */
  private async changePlan(scope: Scope, change: Partial<PaperPlan>): Promise<void> {
    const { ann, plan } = this;
    if (!(ann instanceof EagerQuota) || !plan.now) return;
    // What nobody has touched would be issued as the quota is then: touched first, it must be changed.
    await setLimits(scope, { customer: 'ann', unit, inherit: true });
    plan.now = await scope.transaction(async (inner) => {
      const customer = await lockCustomer(inner, { customer: 'ann', mode: 'update' });
      await settleBalances(inner, { customer, units: [unit] });
      const changed = Object.assign(plan.now ?? ann.plan, change);
      await settleBalances(inner, { customer, units: [unit], isNewPlan: true });
      return changed;
    });
    ann.change(change);
  }

  private async transfer(scope: Scope, amount: number): Promise<void> {
    await credit(scope, { customer: 'bob', unit: 'EUR', amount: 1, source });
    const lots = this.ann.transferOut('t', amount);
    for (const [index, lot] of (lots ?? []).entries()) {
      const { units, expiresAt } = lot;
      this.bob.credit(`t${this.bob.grants.length}-${index}`, units, { expiresAt });
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

function pick(from: readonly unknown[], which: number): number | null {
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
