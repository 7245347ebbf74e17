/** The door of exchange rates: where they come from, which one holds, and what an amount is worth at it. */
export { costAt, rateBetween } from './cost.ts';
export { createRateDesk, type Fetched, type RateDesk } from './desk.ts';
export { RateMissingError } from './errors.ts';
export { findRate } from './find-rate.ts';
export {
  type ConvertedMoney,
  type ConvertMoney,
  convertMoney,
  payScaleOf,
} from './operations/convert-money.ts';
export { type ListedRate, type ListedRates, listRates } from './operations/list-rates.ts';
export { listSources, type RateSource, refreshRates } from './operations/refresh-rates.ts';
export {
  listManualRates,
  type ManualRate,
  type SetRate,
  setRate,
  unsetRate,
} from './operations/set-rate.ts';
export {
  ecbRates,
  nbuRates,
  type ProviderOptions,
  type RateProvider,
  type RateProviders,
} from './providers.ts';
export { fixedRates, type Pair, type Rate, type RatePair, type Rates } from './rate.ts';
export { rateRoutes } from './routes.ts';
export type { RateSheet } from './sheet.ts';
