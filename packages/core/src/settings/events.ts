/** What this slice announces. */
export type SettingEvents = {
  'setting.changed': {
    key: string;
    /** Where it holds; `null` is everywhere. */
    region: string | null;
    locale: string | null;
    /** What was in force there, and what is now. */
    old: unknown;
    new: unknown;
    /** Of all the tenant's settings: grows by one with each change, or with several that were made together. */
    version: number;
  };
};
