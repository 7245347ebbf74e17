/**
 * The envelope every event travels in. Its types and payloads belong to the slices; here is only the shape.
 *
 * Payloads are facts that survive JSON: ids, amounts with their unit, instants as ISO text; nothing personal.
 */
export type News = {
  /** `evt_` and a UUIDv7, or what names the entry that it tells of; the same at every delivery. */
  readonly id: string;
  readonly type: string;
  readonly tenant: string;
  /** The host's id of the customer it is about, or null. */
  readonly customer: string | null;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The verb or job that caused it. */
  readonly source: string | null;
  readonly subject: { readonly type: string; readonly id: string };
  readonly actor: string | null;
  /** On ledger news: the entry's gapless number on its balance. */
  readonly sequence?: number | undefined;
  readonly data: Readonly<Record<string, unknown>>;
};
