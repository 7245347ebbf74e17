/** What a spend needs to know before it is sent: the hash of its key's request, and the ids its entry will name. */
import { featureIdOf } from '../catalog/index.ts';
import { partyIdOf } from '../customers/index.ts';
import { requestHash, type Scope } from '../kernel/index.ts';
import type { Prepared, Spend } from './spending.ts';

/** Looks up what the entry will name; a party nobody has named before is made. */
export async function prepareSpend(scope: Scope, input: Spend): Promise<Prepared> {
  const { key, usedBy, feature, unit } = input;
  const hash = key === undefined ? undefined : requestHash(input.request);
  const usedById = usedBy ? await partyIdOf(scope, usedBy) : null;
  const featureId = feature && feature !== unit ? await featureIdOf(scope, feature) : null;
  // Named one by one: made for every spend, and a spread followed by further fields takes ten times as long.
  return {
    customer: input.customer,
    kind: input.kind,
    unit,
    amount: input.amount,
    feature,
    usedBy,
    key,
    credits: input.credits,
    from: input.from,
    hold: input.hold,
    reference: input.reference,
    source: input.source,
    request: input.request,
    hash,
    usedById,
    featureId,
  };
}
