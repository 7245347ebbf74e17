/** Giving back what a hold still reserves, or giving it more time. Credits come back first, then the quota's own. */
import { at, type Scope, sql } from '../../kernel/index.ts';
import { releaseLeg } from '../pass-time.ts';
import { writeDraft } from '../write-draft.ts';
import { getHold } from './find-hold.ts';
import { closeHold, openLegs, openLegsOf, restOf } from './open-legs.ts';

/**
 * Releases all that is still held.
 *
 * @returns What was released, in uses of what was held.
 * @throws {NotFoundError} No such hold of this customer.
 * @throws {HoldClosedError} It was captured or released before.
 * @throws {HoldExpiredError} Its time was over first.
 */
export async function releaseHold(
  scope: Scope,
  input: { hold: string; customer?: string | undefined },
): Promise<{ released: number }> {
  const stored = await getHold(scope, input);
  return scope.transaction(async (inner) => {
    const opened = await openLegs(inner, { stored, spare: undefined });
    const legs = (await openLegsOf(inner, { stored, opened })).reverse();
    const released = legs.reduce((sum, { leg }) => sum + restOf(leg) / leg.cost, 0);
    for (const { opened: one, leg } of legs) releaseLeg(one.draft, leg, restOf(leg), one.draft.now);
    for (const one of opened) await writeDraft(inner, one);
    await closeHold(inner, { hold: stored.id, captured: legs.some(({ leg }) => leg.captured > 0) });
    return { released };
  });
}

/**
 * Moves the expiry of an open hold.
 *
 * @throws {NotFoundError} No such hold of this customer.
 * @throws {HoldClosedError} It was captured or released before.
 * @throws {HoldExpiredError} Its time was over first.
 */
export async function extendHold(
  scope: Scope,
  input: { hold: string; customer?: string | undefined; until: Date },
): Promise<void> {
  const stored = await getHold(scope, input);
  await scope.transaction(async (inner) => {
    const opened = await openLegs(inner, { stored, spare: undefined });
    for (const { leg } of await openLegsOf(inner, { stored, opened })) leg.expiresAt = input.until;
    for (const one of opened) await writeDraft(inner, one);
    await inner.run(sql`
      update bursar.holds set expires_at = ${at(input.until)}::text::timestamptz
       where (tenant_id, id) = (${inner.tenant.id}::int, ${stored.id}::text)`);
  });
}
