/**
 * What a guard is: data, written by the slice that owns the question, that has never seen a request.
 *
 * The engine beside it asks who it is, calls the guard once, and answers, gives back or captures; a guard only decides.
 */
import type { Scope } from '../kernel/index.ts';

/** Who asks: the acting customer of a request. */
export type Asker = {
  readonly customer: string;
  readonly kind: string | undefined;
  readonly usedBy: string | { readonly kind: string; readonly id: string } | undefined;
};

/** The part of a `Decision` that the engine reads; it hands on the whole. */
export type Verdict = {
  readonly allowed: boolean;
  readonly reason: string | null;
  readonly feature?: string | undefined;
  readonly unit?: string | undefined;
  readonly requested: number;
  readonly granted: number | null;
  readonly available: number | null;
  readonly resetsAt: Date | null;
  readonly transferId?: string | undefined;
  readonly replayed?: boolean | undefined;
};

/** What a guard may know of the catalogue when it is made. */
export type GuardCatalog = {
  readonly units: Readonly<Record<string, unknown>>;
  readonly features: Readonly<Record<string, { readonly kind: string }>>;
};

/** A guard that only looks: `subscribed`, `minBalance`. It writes nothing, so it never makes a customer. */
export type LookingGuard<Ask> = {
  readonly name: string;
  /** Called when the guard is made. @throws {ConfigurationError} It could never pass: unknown key, wrong kind. */
  check(catalog: GuardCatalog, ask: Ask): void;
  decide(scope: Scope, asker: Asker, ask: Ask): Promise<Verdict>;
  /** The same, where it is known without waiting; `null` where it is not. */
  decideAtOnce?(scope: Scope, asker: Asker, ask: Ask): Verdict | null;
};

/** What a taking guard is asked for one request. */
export type Taking = {
  readonly feature: string;
  /** Above zero; the engine passes a request whose amount is 0 by itself. */
  readonly amount: number;
  readonly from: 'quota' | 'credits' | 'both' | undefined;
  /** Already prefixed with method, route and feature. */
  readonly key: string | undefined;
  /** Method, route and parsed body: goes into the key's request hash beside what the verb hashes. */
  readonly bound: unknown;
  /** Reserve instead of spend, for so long. */
  readonly hold: string | undefined;
};

/** `hold` is the reservation's id. A `replayed` one was made by an earlier request, which alone gives it back. */
export type Taken = Verdict & { readonly hold?: string | undefined };

/** A guard that takes before the handler: `consumes`. Each function runs in a scope of its own and commits. */
export type TakingGuard = {
  readonly name: string;
  check(catalog: GuardCatalog, ask: { feature: string }): void;
  /** Never throws for "no". */
  take(scope: Scope, asker: Asker, taking: Taking): Promise<Taken>;
  /** Gives a spend back in full, or releases a hold in full. Calling it twice changes nothing. */
  undo(scope: Scope, asker: Asker, taking: Taking, taken: Taken): Promise<void>;
  /**
   * Captures `amount` of the hold; beyond it spends as much of the rest as there is (MECHANISMS 5.3). 0 releases.
   * `taken` is null where nothing was held: then all of it is the rest.
   */
  capture(
    scope: Scope,
    asker: Asker,
    taking: Taking,
    taken: Taken | null,
    amount: number,
  ): Promise<{ captured: number; shortfall: number }>;
};

/** The three guards, as their slices define them. */
export type Guards = {
  readonly subscribed: LookingGuard<{ readonly feature: string | undefined }>;
  readonly minBalance: LookingGuard<{ readonly unit: string; readonly amount: number }>;
  readonly consumes: TakingGuard;
};
