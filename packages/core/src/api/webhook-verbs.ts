/** What `bursar.webhooks` can do: where a tenant's events are sent, and what became of it. */
import type { Duration } from '../catalog/index.ts';
import type { Page } from '../kernel/index.ts';
import type { DeliveryLine, Endpoint, ListDeliveries } from '../webhooks/index.ts';
import type { EventMap } from './event-map.ts';

/** With one, it is kept in the audit: 1 to 500 characters. */
type Why = { reason?: string | undefined };
type Types = readonly (keyof EventMap)[];

export interface WebhookVerbs {
  /**
   * Adds an endpoint, which is sent the named events that are committed from now on: at least once, signed as Standard Webhooks
   * says, ten times over about three days until it answers 2xx. Order is not kept; `timestamp` and `sequence` tell it.
   * @param input.url `https:`, and a public address whenever it is sent to.
   * @returns With its secret, which is never shown again.
   * @throws {ValidationError} The URL, a type, or more than a hundred endpoints; nothing is written.
   */
  create(
    input: { url: string; types: Types; description?: string | undefined } & Why,
  ): Promise<{ readonly endpoint: Endpoint; readonly secret: string }>;
  /** @throws {NotFoundError} */
  get(input: { endpoint: string }): Promise<Endpoint>;
  list(): Promise<readonly Endpoint[]>;
  /** `enabled: true` forgets that it failed. @throws {NotFoundError} @throws {ValidationError} Nothing is written. */
  update(
    input: {
      endpoint: string;
      url?: string | undefined;
      types?: Types | undefined;
      description?: string | null | undefined;
      enabled?: boolean | undefined;
    } & Why,
  ): Promise<Endpoint>;
  /**
   * For `overlap`, `P1D` unless said and a month at most, the secret before signs, too.
   * @throws {NotFoundError} @throws {SecretInUseError} One before it still does: two at a time.
   */
  rotateSecret(
    input: { endpoint: string; overlap?: Duration | undefined } & Why,
  ): Promise<{ readonly endpoint: Endpoint; readonly secret: string }>;
  /** What was still to be sent to it is not. @throws {NotFoundError} */
  delete(input: { endpoint: string } & Why): Promise<{ readonly deleted: string }>;
  /** Kept as long as jobs are: the setting `jobs.retention`. @throws {NotFoundError} */
  deliveries(input: ListDeliveries): Promise<Page<DeliveryLine>>;
  /** Sends one delivery anew, or all that were given up on. @throws {NotFoundError} */
  replay(
    input: { endpoint: string; delivery?: string | undefined } & Why,
  ): Promise<{ readonly replayed: number }>;
}
