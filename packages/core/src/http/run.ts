/** Running what a guard defines in a scope of the request's tenant, on behalf of who asks. */
import type { Scope } from '../kernel/index.ts';
import type { Acting } from './binding.ts';
import { originOf } from './origin.ts';
import type { Session } from './session.ts';

/** Runs a guard's function as a command of the request's tenant. */
export function inScope<T>(session: Session, work: (scope: Scope) => Promise<T>): Promise<T> {
  return session.binding.run(actingOf(session), work);
}

/** Runs a guard's function that only looks. */
export function inReading<T>(session: Session, work: (scope: Scope) => Promise<T>): Promise<T> {
  return session.binding.look(actingOf(session), work);
}

/** Runs one that does not wait; `null` while that cannot be. */
export function atAGlance<T>(session: Session, work: (scope: Scope) => T | null): T | null {
  return session.binding.glance(actingOf(session), work);
}

function actingOf(session: Session): Acting {
  const { tenant, actor = null, asker } = session.known ?? {};
  const origin = asker ? () => originOf(session, asker.customer) : undefined;
  return { tenant, actor, origin };
}
