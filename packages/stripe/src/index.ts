/** The front door of `@bursar/stripe`. */
export type { StripeOptions } from './options.ts';
export { stripe } from './stripe.ts';
