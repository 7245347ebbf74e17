/** The door of the Express adapter: the registration and its types. */
export { bursarExpress } from './bursar-express.ts';
export type { BursarExpressOptions, ExpressBursar, Guard } from './types.ts';
