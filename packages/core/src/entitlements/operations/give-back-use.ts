/** Undoing use of a feature, whole or in part. */
import { featureOf } from '../../catalog/index.ts';
import { partyOf, type UsedBy } from '../../customers/index.ts';
import { checkAmount, NotFoundError, type Scope } from '../../kernel/index.ts';
import { changeGauge, findTransferUnit, giveBack } from '../../ledger/index.ts';
import type { Decision } from '../decision.ts';
import { deniedError } from '../errors.ts';
import { refuseKind } from '../refuse-kind.ts';
import { checkFeature } from './check-feature.ts';

export type GiveBackUse = {
  readonly customer: string;
  /** May be left out where `of` says which spend it is. */
  readonly feature?: string | undefined;
  /** The `transferId` of the spend; without it, the party's newest uses of the current period. */
  readonly of?: string | undefined;
  /** In uses; with `of` all that is left of it unless said, without it 1. */
  readonly amount?: number | undefined;
  readonly usedBy?: UsedBy | undefined;
  readonly idempotencyKey?: string | undefined;
};

/**
 * Gives uses back to what paid for them.
 *
 * @returns The decision as it is afterwards; `requested` is what came back.
 * @throws {NotFoundError} `of` names no spend of this customer.
 * @throws {InvalidStateError} More than was used; nothing is written.
 * @throws {WrongKindError} The feature cannot be consumed, so not be given back either.
 */
export async function giveBackUse(scope: Scope, input: GiveBackUse): Promise<Decision> {
  const { customer, of, amount, usedBy, idempotencyKey: key } = input;
  const feature = input.feature ?? (await featureSpent(scope, input));
  const kind = featureOf(scope, feature)?.kind;
  const source = 'entitlements.giveBack';
  if (kind === 'gauge') {
    await changeGauge(scope, {
      customer,
      unit: feature,
      usedBy: partyOf(usedBy, customer),
      delta: 0 - checkAmount(amount ?? 1),
      key,
      source,
    });
    return {
      ...(await checkFeature(scope, { customer, feature, amount: 0 })),
      requested: amount ?? 1,
    };
  }
  if (kind !== 'metered')
    throw deniedError(await refuseKind(scope, { customer, feature, amount: 0 }));
  const party = usedBy === undefined || of !== undefined ? undefined : partyOf(usedBy, customer);
  const { returned, replayed } = await giveBack(scope, {
    customer,
    unit: feature,
    of,
    amount,
    usedBy: party,
    key,
    source,
  });
  return {
    ...(await checkFeature(scope, { customer, feature, amount: 0 })),
    requested: returned,
    replayed,
  };
}

async function featureSpent(scope: Scope, { customer, of = '' }: GiveBackUse): Promise<string> {
  const unit = await findTransferUnit(scope, { customer, transfer: of });
  if (unit === null) throw new NotFoundError('transfer', of);
  return unit;
}
