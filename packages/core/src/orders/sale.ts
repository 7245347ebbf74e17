/**
 * What an order freezes: the offer or plan as it is sold now, and every offer that comes with it.
 *
 * From here on nothing of the catalogue is needed to take it as paid.
 */
import {
  newestOffers,
  newestVersion,
  type OfferSpec,
  type OfferVersion,
  type PlanVersion,
} from '../catalog/index.ts';
import { multiply, type Scope } from '../kernel/index.ts';
import { PlanUnknownError } from '../subscriptions/index.ts';
import { OfferUnknownError } from './errors.ts';

/** One line as it is sold: the order itself, or an offer that comes with it. */
export type Line = {
  readonly place: number;
  readonly offer: string;
  readonly offerVersionId: number | null;
  readonly planVersionId: number | null;
  readonly title: string | null;
  readonly group: string | null;
  /** Of the whole order. */
  readonly quantity: number;
  readonly cycle: string | null;
  /** Of one piece. */
  readonly grants: Readonly<Record<string, number>>;
  readonly append: boolean;
  readonly notBeforeStart: boolean;
};

export type Sale = {
  readonly root: Line;
  readonly items: readonly Line[];
  /** Of one piece, per currency, in the order of the catalogue. */
  readonly price: Readonly<Record<string, number>>;
  readonly limit: OfferSpec['limit'];
  readonly unlockedBy: readonly string[];
};

/**
 * An offer with its items, as it is sold now.
 * @throws {OfferUnknownError} It, or one that comes with it, is not there or archived.
 * @throws {PlanUnknownError} The plan it names is not there.
 */
export async function saleOfOffer(scope: Scope, key: string, quantity: number): Promise<Sale> {
  const root = onSale(await newestOffers(scope, [key]), key);
  const { offer } = root;
  const bundled = await newestOffers(
    scope,
    offer.items.map((item) => item.offer),
  );
  const items = [];
  for (const [index, item] of offer.items.entries()) {
    const sold = onSale(bundled, item.offer);
    const { cycle } = item;
    const line = await lineOf(scope, sold, multiply(item.quantity, quantity));
    items.push({ ...line, place: index + 1, ...(cycle !== undefined && { cycle }) });
  }
  return {
    ...{ root: await lineOf(scope, root, quantity), items, limit: offer.limit },
    price: inOrder(offer.price, scope.ports.catalog.offers[key]?.price),
    unlockedBy: offer.unlockedBy,
  };
}

/**
 * A plan with a price: an offer of one period of itself.
 * @throws {PlanUnknownError} It is not there.
 */
export async function saleOfPlan(scope: Scope, key: string, quantity: number): Promise<Sale> {
  const { id, plan } = await planOnSale(scope, key);
  const root: Line = {
    ...{ place: 0, offer: key, offerVersionId: null, planVersionId: id, title: null, group: null },
    ...{ quantity, cycle: plan.period, grants: {}, append: false, notBeforeStart: false },
  };
  const price = inOrder(plan.price, scope.ports.catalog.plans[key]?.price);
  return { root, items: [], price, limit: null, unlockedBy: [] };
}

function onSale(versions: ReadonlyMap<string, OfferVersion>, key: string): OfferVersion {
  const found = versions.get(key);
  if (!found || found.offer.archived) throw new OfferUnknownError(key);
  return found;
}

async function planOnSale(scope: Scope, key: string): Promise<PlanVersion> {
  const found = await newestVersion(scope, key);
  if (!found) throw new PlanUnknownError(key);
  return found;
}

async function lineOf(scope: Scope, { id, offer }: OfferVersion, quantity: number): Promise<Line> {
  const { key, plan, title, group, cycle, grants, append, notBeforeStart } = offer;
  const planVersionId = plan === null ? null : (await planOnSale(scope, plan)).id;
  return {
    ...{ place: 0, offer: key, offerVersionId: id, planVersionId, title, group },
    ...{ quantity, cycle, grants, append, notBeforeStart },
  };
}

/** What is stored has lost its order; the catalogue's first currency is the one that is meant unless another is said. */
function inOrder(
  stored: Readonly<Record<string, number>>,
  declared: Readonly<Record<string, number>> = {},
): Readonly<Record<string, number>> {
  const keys = [...Object.keys(declared), ...Object.keys(stored)];
  return Object.fromEntries(
    keys.flatMap((key) => (Object.hasOwn(stored, key) ? [[key, stored[key] as number]] : [])),
  );
}
