/** What this slice announces. Payloads carry the host's id, and nothing personal. */
export type CustomerEvents = {
  'customer.created': { customer: string; kind: string };
  'customer.updated': { customer: string; changed: readonly string[] };
  /** Listeners of this process hear the id for the last time; consumers and the history have the pseudonym in its place. */
  'customer.erased': { customer: string; pseudonym: string };
};
