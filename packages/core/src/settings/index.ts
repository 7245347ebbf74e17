/** The door of settings: typed values an operator can change, with their defaults. */
export type { AppliedChange } from './change-settings.ts';
export { readConfiguredSettings } from './config.ts';
export { SettingUnknownError } from './errors.ts';
export type { SettingEvents } from './events.ts';
export { settingOf, storedValue } from './in-statement.ts';
export { createSettingsMemory, type SettingsMemory } from './memory.ts';
export {
  type ExportedSettings,
  exportSettings,
  type ImportSettings,
  importSettings,
} from './operations/export-settings.ts';
export { getSetting } from './operations/get-setting.ts';
export {
  type ListSettings,
  listSettings,
  type ShownSetting,
  showSetting,
} from './operations/list-settings.ts';
export {
  type SetSetting,
  setSetting,
  type UnsetSetting,
  unsetSetting,
} from './operations/set-setting.ts';
export { type Named, settingsOf } from './registry.ts';
export { settingRoutes } from './routes.ts';
export type { Place, Setting, SettingSource, SettingType, SettingValues } from './setting.ts';
