/** `request.bursar`: the asking customer's verbs, and what the request's guards said and took. */
import type { Keys } from '../catalog/index.ts';
import type { UsedBy } from '../customers/index.ts';
import type { Decision } from '../entitlements/index.ts';
import type { CustomerProfile, State } from './answers.ts';
import type { Registered } from './register.ts';
import type { Verbs } from './verbs.ts';

/** Never null: for nobody the verbs throw `unauthenticated`. `id` and `usedBy` are null until a guard or verb has asked. */
export interface RequestHandle<K extends Keys = Registered> extends Verbs<K, unknown> {
  readonly id: string | null;
  readonly tenant: string;
  readonly usedBy: UsedBy | null;
  /** What the guards of this request said, in their order. */
  readonly decisions: readonly Decision[];
  /**
   * Takes the true amount of what `consumes(feature, …, { hold })` set aside; once, before the response ends. More than
   * was held: the hold, and as much of the rest as there is. 0 releases.
   */
  capture(amount: number, feature?: K['metered']): Promise<{ captured: number; shortfall: number }>;
  state(): Promise<State>;
  /** As `updateProfile` of a customer's handle: what one may change of oneself, and nothing else. */
  updateProfile(said: Readonly<Record<string, unknown>>): Promise<CustomerProfile>;
}
