/** What pays out by itself, behind one interface. A method without a driver is paid by hand. */

/** What is to be paid. `withdrawal` is the key of it for the driver, too: nothing is ever paid twice under one. */
export type Payout = {
  readonly withdrawal: string;
  readonly tenant: string;
  readonly customer: string;
  readonly amount: { readonly amount: number; readonly unit: string; readonly scale: number };
  readonly details: Readonly<Record<string, string>>;
};

export type PayoutOutcome =
  | { readonly state: 'paid'; readonly reference?: string | undefined }
  /** It is not paid, and can never be any more, also if `send` is still on its way. The reason is shown to the customer. */
  | { readonly state: 'failed'; readonly reason: string }
  /** Nobody can tell yet: `find` is asked again. */
  | { readonly state: 'unknown' };

/** How a driver is asked. Whatever it throws, and no answer in time, is `unknown`. */
export interface PayoutDriver {
  /**
   * Pays. Called once for a withdrawal, ever; never again after an answer was lost.
   */
  send(payout: Payout, given: { readonly signal: AbortSignal }): Promise<PayoutOutcome>;
  /**
   * What became of a payment, by the withdrawal's id. One that the driver has never heard of is `failed` only where it can never
   * be paid from then on; otherwise `unknown`.
   */
  find(payout: Payout, given: { readonly signal: AbortSignal }): Promise<PayoutOutcome>;
  /** How long an answer may take, from 1; as long after sending nobody asks. Default 30,000. */
  readonly timeoutMilliseconds?: number | undefined;
}

/** Drivers by the method that they pay. */
export type PayoutDrivers = Readonly<Record<string, PayoutDriver>>;

declare module '../kernel/scope.ts' {
  interface Ports {
    readonly payouts?: PayoutDrivers | undefined;
  }
}

/** The driver of a method, or `null`: it is paid by hand. */
export function driverOf(drivers: PayoutDrivers | undefined, method: string): PayoutDriver | null {
  return (drivers && Object.hasOwn(drivers, method) ? drivers[method] : undefined) ?? null;
}
