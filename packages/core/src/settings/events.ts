/** What this slice announces. */
export type SettingEvents = {
  'setting.changed': { key: string; old: unknown; new: unknown };
};
