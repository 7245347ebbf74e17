/** The door of events: announcing them, and the bus that brings them to listeners. */
export { type Announcement, announce, news } from './outbox.ts';
