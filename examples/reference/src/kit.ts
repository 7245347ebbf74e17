/**
 * The demo's kit, and what its two servers share besides: the test clock's route and the document, as functions.
 */
import {
  createBursar,
  ForbiddenError,
  testClock,
  UnauthenticatedError,
  ValidationError,
} from '@bursar/core';
import { bindingOf, openApiDocument } from '@bursar/core/http';
import { catalog } from './catalog.ts';
import type { Environment } from './environment.ts';
import { createPaying } from './paying.ts';
import type { User } from './tokens.ts';

export type Kit = ReturnType<typeof createKit>['bursar'];

/** Makes the kit; with a test clock also the function that moves it. */
export function createKit({ databaseUrl, testClock: start, webhooksPrivate }: Environment) {
  const webhooks = { allowPrivate: webhooksPrivate };
  // No money moves at it: where money is meant to, a real one stands in its place.
  const paying = process.env.NODE_ENV === 'production' ? null : createPaying();
  const gateways = paying ? { test: paying.gateway } : undefined;
  const options = { catalog, database: databaseUrl, webhooks, gateways };
  if (start === null) return { bursar: createBursar(options), moveClock: null, paying };
  const bursar = createBursar({ ...options, clock: testClock(start) });
  return { bursar, moveClock: moverOf(bursar), paying };
}

/** Moves the test clock as `POST /test/clock` asks, for an admin. */
export type MoveClock = (user: User | null, body: unknown) => Promise<{ now: string }>;

function moverOf(bursar: {
  advance(by: `P${string}`): Promise<void>;
  advanceTo(at: string): Promise<void>;
}): MoveClock {
  return async (user, body) => {
    if (!user) throw new UnauthenticatedError();
    if (user.role !== 'admin') throw new ForbiddenError('This is for administrators.');
    const { advance, to } = (body ?? {}) as Record<string, unknown>;
    if (typeof advance === 'string') await bursar.advance(advance as `P${string}`);
    else if (typeof to === 'string') await bursar.advanceTo(to);
    else
      throw new ValidationError([
        { pointer: '/advance', detail: 'send { "advance": "P1M" } or { "to": "<instant>" }' },
      ]);
    return { now: bindingOf(bursar).now().toISOString() };
  };
}

/** The document of all routes below `prefix`. */
export function documentOf(bursar: object, prefix: string): Record<string, unknown> {
  return openApiDocument(bindingOf(bursar).routes, prefix);
}
