/** The door of top-ups: what customers let the kit buy by itself when a balance runs low. */
export type { TopUpEvents } from './events.ts';
export { autoTopUpInput, setAutoTopUpInput } from './inputs.ts';
export type { AutoTopUp } from './instruction.ts';
export {
  type AutoTopUpOf,
  findAutoTopUp,
  forgetAutoTopUps,
  removeAutoTopUp,
  type SetAutoTopUp,
  setAutoTopUp,
} from './operations/set-auto-top-up.ts';
export { topUp } from './operations/top-up.ts';
export { autoTopUpRoutes } from './routes.ts';
