/** `bursar.settings`: typed values an operator can change, as hosts call it. */
import type {
  AppliedChange,
  ExportedSettings,
  ImportSettings,
  ListSettings,
  Place,
  SetSetting,
  SettingValues,
  ShownSetting,
  UnsetSetting,
} from '../settings/index.ts';

/** With a reason the change is kept in the audit. */
type Why = { readonly reason?: string | undefined };

export interface SettingVerbs {
  /**
   * What is in force: stored over the host's option `settings` over the default. Of a group (`withdrawals`) all its values, nested.
   * @throws {SettingUnknownError} No rule reads such a setting; it names those there are.
   */
  get<N extends keyof SettingValues>(key: N): Promise<SettingValues[N]>;
  get(input: string | (Place & { readonly key: string })): Promise<unknown>;
  /** Every setting, or those of a group, with its value at a place, who says it, and what is stored where. */
  list(input?: ListSettings): Promise<{
    /** Grows with each change. */
    readonly version: number;
    readonly items: readonly ShownSetting[];
  }>;
  /**
   * Stores a value, for the whole tenant or for a region, a locale, or both; announces `setting.changed`.
   * @throws {SettingUnknownError} @throws {ValidationError} The value does not fit; it says what to send.
   */
  set(input: SetSetting & Why): Promise<AppliedChange>;
  /** Deletes what is stored at a place: what is more general holds again. @throws {SettingUnknownError} */
  unset(input: UnsetSetting & Why): Promise<AppliedChange>;
  /** All that is stored. */
  export(): Promise<ExportedSettings>;
  /**
   * Stores all of what `export` gave, or none. The same again changes nothing; what is not named stays.
   * @throws {SettingUnknownError} @throws {ValidationError} Its pointers say which.
   */
  import(input: ImportSettings & Why): Promise<{ readonly changed: number }>;
}
