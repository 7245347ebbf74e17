/**
 * Refusing to be mounted behind a JSON parser: it would take the bodies of webhooks, whose signatures are over every byte.
 *
 * Express tells what has `handle` and `set`, as its own sub-applications have, where it is mounted, and at once. A router that is
 * mounted within another router is not told: there the first webhook is answered with what is wrong.
 */
import { Readable } from 'node:stream';
import { ConfigurationError } from '@bursar/core';
import type { Application, RequestHandler, Router } from 'express';

/** What Express keeps of each `use`. */
type Layer = { readonly handle: RequestHandler; match(path: string): boolean };
type Mounted = { readonly mountpath?: unknown };

/**
 * Has `app.use` throw where a JSON parser stands before the router.
 * @throws {ConfigurationError} From `app.use`: it names the path, and says what to do.
 */
export function refuseParserBefore(router: Router): void {
  Object.assign(router, {
    set() {},
    emit(event: string, app: Application) {
      if (event === 'mount') refuse(app, (router as Mounted).mountpath);
    },
  });
}

function refuse(app: Application, mountpath: unknown): void {
  const before = (app.router as unknown as { stack: Layer[] }).stack.slice(0, -1);
  for (const path of [mountpath].flat(9)) {
    if (typeof path !== 'string') continue;
    const url = `${path.replace(/\/$/, '')}/webhooks/any`;
    if (!before.some((layer) => layer.match(url) && takes(app, layer.handle, url))) continue;
    throw new ConfigurationError(
      `express.json() stands before the router at ${path} and would parse webhooks, whose signatures are over the raw body: say app.use('${path}', billing.router) first and app.use(express.json()) after it.`,
      { path, reason: 'parsed' },
    );
  }
}

/** Asked with a body that never comes, a parser that would read it waits; one that leaves it alone passes at once. */
function takes(app: Application, handle: RequestHandler, url: string): boolean {
  if (handle.name !== 'jsonParser') return false;
  const headers = { 'content-type': 'application/json', 'content-length': '2' };
  const request = new Readable({ read() {} });
  Object.assign(request, { method: 'POST', url, originalUrl: url, headers, app });
  let passes = false;
  try {
    handle(request as never, {} as never, () => {
      passes = true;
    });
    return !passes;
  } catch {
    // It looks at what this request does not have: the first webhook will tell.
    return false;
  } finally {
    request.destroy();
  }
}
