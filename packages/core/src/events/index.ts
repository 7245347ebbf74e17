/** The door of events: announcing them, and the bus that brings them to listeners. */
export { type Bus, createBus, type Listener } from './bus.ts';
export {
  type Announcement,
  announce,
  announceAll,
  changesRights,
  hasRow,
  news,
  RIGHTS_CHANNEL,
} from './outbox.ts';
