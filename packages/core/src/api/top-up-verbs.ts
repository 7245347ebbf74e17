/** What a customer lets the kit buy by itself: part of the wallet's verbs. */
import type { Keys } from '../catalog/index.ts';
import type { AutoTopUp, SetAutoTopUp } from '../topups/index.ts';
import type { Without } from './asked.ts';

export interface TopUpVerbs<K extends Keys, With> {
  /**
   * Has an offer bought whenever so little of the unit is left, charged to what the customer has left with the gateway: soon after
   * the commit, by any process that was started. After a decline it waits, after `topUps.declinesMax` of them it stops.
   * Only use brings it about (a spend, a hold, a capture beyond its hold, a transfer, an exchange), never what is done to the
   * customer: a refund, a dispute, a reversal, a correction, units that expire. Where what it bought is disputed or was refunded
   * since it was set, it stops instead of charging again. Nothing is bought for who is frozen.
   * @throws {ValidationError} The offer does not grant the unit or costs nothing, or the gateway charges nobody who is away.
   */
  setAutoTopUp(
    input: With & Without<SetAutoTopUp, 'unit' | 'offer'> & { unit: K['unit']; offer: K['offer'] },
  ): Promise<AutoTopUp>;
  /** `null`: nothing is. */
  autoTopUp(input: With & { unit: K['unit'] }): Promise<AutoTopUp | null>;
  /** Nothing is bought by itself any more. @returns What was. */
  removeAutoTopUp(input: With & { unit: K['unit'] }): Promise<AutoTopUp | null>;
}
