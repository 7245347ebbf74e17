/** What the adapters get of a kit: every slice's routes and guards, and a way to run them. */
import { guards } from '../entitlements/index.ts';
import type { Acting, HttpBinding } from '../http/index.ts';
import { captureClick } from '../referrals/index.ts';
import { bindCustomer, bindKit } from './bind-kit.ts';
import type { Context, Root } from './root.ts';
import { routes } from './routes.ts';

/** The binding of a root, for `bindHttp`; `start`, `close` and `health` are the kit's. */
export function httpBinding(
  root: Root,
  { start, close, health }: Pick<HttpBinding, 'start' | 'close' | 'health'>,
): HttpBinding {
  const { options } = root;
  const contextOf = ({ tenant, actor, origin }: Acting): Context => ({
    tenant: tenant ?? options.tenant,
    actor,
    origin,
    host: null,
  });
  return {
    routes,
    guards,
    catalog: options.catalog,
    logger: options.logger,
    hasGateways: options.gateways !== undefined,
    tenant: options.tenant,
    now: () => options.clock.now(),
    run: (input, work) => root.command(contextOf(input), work),
    look: (input, work) => root.read(contextOf(input), work),
    glance: (input, work) => {
      const scope = root.atOnce(contextOf(input));
      return scope && work(scope);
    },
    captureClick: (input, visit) =>
      root.read(contextOf(input), (scope) => captureClick(scope, visit)),
    kit: (input) => bindKit(root, contextOf(input)),
    customer: ({ customer, kind, usedBy, ...input }) =>
      bindCustomer(root, contextOf(input), { customer, kind, usedBy }),
    start,
    close,
    health,
  };
}
