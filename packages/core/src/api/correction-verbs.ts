/** What operators correct. A `reason` is kept in the audit, in the transaction of the change. */
import type { Keys } from '../catalog/index.ts';
import type { Instant } from '../subscriptions/index.ts';
import type { Balance } from './answers.ts';
import type { Keyed } from './asked.ts';

type Reasoned = { reason?: string | undefined };

export interface CorrectionVerbs<K extends Keys, With> {
  /** Limits of this balance's own; `null` is none, left out is as it was; `inherit` goes back to the unit's. */
  setLimits(
    input: With &
      Reasoned & {
        unit: K['unit'];
        floor?: number | null | undefined;
        ceiling?: number | null | undefined;
        inherit?: boolean | undefined;
      },
  ): Promise<Balance>;
  /** Stops new spends, holds, transfers and exchanges out of one balance, in every process, until `unfreeze`. */
  freeze(input: With & Reasoned & { unit: K['unit'] }): Promise<Balance>;
  unfreeze(input: With & Reasoned & { unit: K['unit'] }): Promise<Balance>;
  /**
   * Takes what is left of a grant out of the books; what was spent of it stays spent.
   * @throws {NotFoundError} No such grant. @throws {InvalidStateError} It is over, or a plan's quota.
   */
  voidGrant(input: Partial<With> & Reasoned & { grant: string }): Promise<Balance>;
  /**
   * Moves the end of one grant, or of all that are open on a balance; a moment that has passed ends them now.
   * @throws {NotFoundError} No such grant. @throws {InvalidStateError} It is over, or a plan's quota.
   */
  setExpiry(
    input: With &
      Reasoned & { expiresAt: Instant | null } & (
        | { unit: K['unit']; grant?: undefined }
        | { grant: string; unit?: undefined }
      ),
  ): Promise<Balance & { readonly grants: number }>;
  /**
   * Sets what is settled, by one entry of the difference.
   * @throws {InsufficientBalanceError} Holds or the floor are in the way. @throws {LimitExceededError} The ceiling is.
   */
  adjust(
    input: With & Keyed & { unit: K['unit']; to: number; reason: string },
  ): Promise<Balance & Corrected>;
  /** `adjust` to 0. */
  reset(input: With & Keyed & { unit: K['unit']; reason: string }): Promise<Balance & Corrected>;
  /**
   * Undoes a spend, a transfer between customers or a credit, in full or in part, to the grants it came from. All of its
   * reversals together never exceed it; its own key stays taken.
   * @throws {InvalidStateError} Less of it is left. @throws {InsufficientBalanceError} The other side has spent it.
   */
  reverse(
    input: Partial<With> & Keyed & Reasoned & { transfer: string; amount?: number | undefined },
  ): Promise<Balance & { readonly reversed: number; readonly replayed: boolean }>;
}

/** The entry that was made; `null` when it was so already. */
export type Corrected = { readonly transferId: string | null; readonly replayed: boolean };
