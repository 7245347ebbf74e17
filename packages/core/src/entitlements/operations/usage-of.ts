/** Who used how much: the parts sum to what was used of the feature's own units in the period that contains now. */
import { featureOf } from '../../catalog/index.ts';
import { checkLimit, decodeNumber, type Page, pageOf, type Scope } from '../../kernel/index.ts';
import { deniedError } from '../errors.ts';
import { refuseKind } from '../refuse-kind.ts';
import { gaugeParts, meteredParts, type UsagePart } from '../usage-parts.ts';

export type UsageOf = {
  readonly customer: string;
  readonly feature: string;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
};

/**
 * Usage of a metered feature or a gauge by party; the customer itself is `{ kind: 'customer' }`.
 * @throws {WrongKindError} The feature is not counted.
 */
export async function usageOf(scope: Scope, input: UsageOf): Promise<Page<UsagePart>> {
  const kind = featureOf(scope, input.feature)?.kind;
  if (kind !== 'metered' && kind !== 'gauge') {
    const { customer, feature } = input;
    throw deniedError(await refuseKind(scope, { customer, feature, amount: 0 }));
  }
  const limit = checkLimit(input.limit);
  const list = `usage/${input.customer}/${input.feature}`;
  const page = { limit: limit + 1, after: decodeNumber(list, input.cursor) ?? -1 };
  const rows =
    kind === 'gauge'
      ? await gaugeParts(scope, input, page)
      : await meteredParts(scope, input, page);
  const { items, next } = pageOf(list, rows, limit, ({ party }) => [party]);
  return { items: items.map(({ usedBy, used }) => ({ usedBy, used })), next };
}
