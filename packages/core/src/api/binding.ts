/**
 * How a verb reaches its scope: through one context, with what a customer's handle fills in.
 */
import { inSpan, type Scope, ValidationError } from '../kernel/index.ts';
import type { Context, Root } from './root.ts';

/** What a handle fills in: its customer, and who it is new as. Empty on the kit. */
export type Given = {
  readonly customer?: string | undefined;
  readonly kind?: string | undefined;
  readonly usedBy?: unknown;
};

/** How a verb reaches its scope, with what the handle fills in. */
export type Binding = {
  readonly given: Given;
  /** The input with the handle's customer. */
  whole(input: unknown): Record<string, unknown>;
  /** As `whole`, with the handle's `usedBy` where the input has none. */
  used(input: unknown): Record<string, unknown>;
  command<T>(work: (scope: Scope) => Promise<T>): Promise<T>;
  read<T>(work: (scope: Scope) => Promise<T>): Promise<T>;
  /** A job was asked for: this process may do it at once. */
  queued(): void;
  /** As `command`, for what a verb's answer can do by itself. */
  inSpan<T>(verb: string, work: (scope: Scope) => Promise<T>): Promise<T>;
};

/** Binds one context; `given` comes from a customer's handle. */
export function bindingFor(root: Root, context: Context, given: Given): Binding {
  const { customer } = given;
  const whole = (input: unknown) => {
    if (customer === undefined) return { ...(input as object | undefined) };
    refuseOther(input);
    return { ...(input as object | undefined), customer };
  };
  return {
    given,
    whole,
    used: (input) => ({
      ...(given.usedBy !== undefined && { usedBy: given.usedBy }),
      ...whole(input),
    }),
    command: (work) => root.command(context, work),
    read: (work) => root.read(context, work),
    queued: root.queued,
    inSpan: (verb, work) => inSpan(verb, context.tenant, () => root.command(context, work)),
  };
}

/** A handle's customer is fixed: naming one, even the same, is a mistake worth hearing of. */
function refuseOther(input: unknown): void {
  if (typeof input !== 'object' || input === null || !('customer' in input)) return;
  throw new ValidationError([
    { pointer: '/customer', detail: "is not known here: the handle's own is used, leave it out" },
  ]);
}
