/** What this slice announces. Payloads carry the host's id, and nothing personal. */
export type CustomerEvents = {
  'customer.created': { customer: string; kind: string };
  'customer.updated': { customer: string; changed: readonly string[] };
};
