/** What webhooks announce. */

export type WebhookEvents = {
  /** An endpoint is switched off: it answered 410 (`gone`), or took nothing for five days (`failing`). */
  'webhook.disabled': { readonly endpoint: string; readonly because: 'gone' | 'failing' };
};
