/** The door of events: announcing them, and the bus that brings them to listeners. */
export { type Bus, createBus, type Listener } from './bus.ts';
export { announceCounted, type CountedNews } from './operations/announce-counted.ts';
export {
  acknowledge,
  type Claimed,
  claimDeliveries,
  putBack,
} from './operations/deliveries.ts';
export {
  type DeadLetter,
  forgetEvents,
  type ListDeadLetters,
  type ListEvents,
  listDeadLetters,
  listEvents,
  replayDeadLetters,
} from './operations/list-events.ts';
export { pendingSince } from './operations/pending-since.ts';
export {
  findConsumer,
  publishPending,
  type Registration,
  registerConsumer,
} from './operations/publish-pending.ts';
export { NAMING, namedIn, renameInEvents, renameInNews } from './operations/rename-customer.ts';
export {
  advance,
  announceStretches,
  bury,
  forgetStretches,
  STRETCH,
  type Stretch,
  stretchOf,
} from './operations/stretches.ts';
export {
  type Announcement,
  announce,
  announceAll,
  changesRights,
  hasRow,
  news,
  RIGHTS_CHANNEL,
} from './outbox.ts';
