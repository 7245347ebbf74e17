/** The gateways of a tenant, handed over by the composition root. */

import { type Scope, ValidationError } from '../kernel/index.ts';
import { InvalidStateError } from '../ledger/index.ts';
import type { Gateway, GatewayRefund, PaymentChoice } from '../orders/index.ts';
import type { PaymentRow } from './payment.ts';

export type Gateways = Readonly<Record<string, Gateway>>;

/** A gateway under the name the host gave it: two accounts of one processor have two. */
export type NamedGateway = { readonly name: string; readonly gateway: Gateway };

declare module '../kernel/scope.ts' {
  interface Ports {
    /** By name, of one tenant; what the host's function gives is checked. */
    readonly gateways?: ((tenant: string) => Promise<Gateways>) | undefined;
    /** Told of each payment that succeeded, in the transaction of what a gateway says of it. */
    readonly followBack?: ((scope: Scope, news: PaymentNews) => Promise<void>) | undefined;
  }
}

export type PaymentNews = {
  /** As it was before. */
  readonly was: PaymentRow;
  readonly payment: PaymentRow;
  /** The refund that was told of. */
  readonly refund?: GatewayRefund | undefined;
};

/**
 * The gateway that is named, or the only one there is.
 * @throws {ValidationError} There is none of that name, or several and none is named.
 */
export async function chosenGateway(scope: Scope, choice: PaymentChoice): Promise<NamedGateway> {
  const chosen = await choose(scope, choice);
  if (chosen instanceof ValidationError) throw chosen;
  return chosen;
}

/** Why no gateway can be chosen, or `null`. */
export async function faultOfChoice(
  scope: Scope,
  choice: PaymentChoice,
): Promise<ValidationError | null> {
  const chosen = await choose(scope, choice);
  return chosen instanceof ValidationError ? chosen : null;
}

async function choose(
  scope: Scope,
  { gateway: asked }: PaymentChoice,
): Promise<NamedGateway | ValidationError> {
  const all = (await scope.ports.gateways?.(scope.tenant.key)) ?? {};
  const names = Object.keys(all);
  const name = asked ?? (names.length === 1 ? names[0] : undefined);
  const gateway = name !== undefined && Object.hasOwn(all, name) ? all[name] : undefined;
  if (name !== undefined && gateway) return { name, gateway };
  const isNone = names.length === 0;
  const detail = isNone ? 'is not set up: leave it out' : `must be one of ${names.join(', ')}`;
  return new ValidationError([{ pointer: '/gateway', detail }]);
}

/**
 * No gateway is waited for while a transaction is open.
 * @throws {InvalidStateError} One is: ask once it has committed.
 */
export function refuseInTransaction(scope: Scope): void {
  if (scope.inTransaction)
    throw new InvalidStateError('A gateway is not asked inside a transaction: ask after it.');
}
