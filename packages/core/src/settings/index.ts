/** The door of settings: typed values an operator can change, with their defaults. */
export { SettingUnknownError } from './errors.ts';
export type { SettingEvents } from './events.ts';
export { getSetting } from './operations/get-setting.ts';
export { setSetting } from './operations/set-setting.ts';
export type { Setting } from './registry.ts';
