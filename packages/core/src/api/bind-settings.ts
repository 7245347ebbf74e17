/** `bursar.settings`, of one context: what an operator changes is kept with its reason. */
import { z } from 'zod';
import { audited } from '../audit/index.ts';
import { canonicalJson, readInput, type Scope } from '../kernel/index.ts';
import {
  type AppliedChange,
  exportSettings,
  importSettings,
  listSettings,
  setSetting,
  showSetting,
  unsetSetting,
} from '../settings/index.ts';
import type { Binding } from './binding.ts';
import type { SettingVerbs } from './setting-verbs.ts';

const reasonInput = z.looseObject({ reason: z.string().min(1).max(500).optional() });

/** The verbs about settings. */
export function bindSettings({ command, read }: Binding): SettingVerbs {
  const change = (
    operation: string,
    input: unknown,
    work: (scope: Scope, asked: never) => Promise<readonly AppliedChange[]>,
  ) => {
    const { reason, ...asked } = readInput(reasonInput, input);
    return command((scope) =>
      scope.transaction(async (inner) => {
        const applied = await work(inner, asked as never);
        for (const one of applied) await keepWhy(inner, operation, reason, one);
        return applied;
      }),
    );
  };
  return {
    get: (input: string) => read((scope) => showSetting(scope, input)) as Promise<never>,
    list: (input) => read((scope) => listSettings(scope, input)),
    export: () => read((scope) => exportSettings(scope)),
    async set(input) {
      const [one] = await change('settings.set', input, async (scope, asked) => [
        await setSetting(scope, asked),
      ]);
      return one as AppliedChange;
    },
    async unset(input) {
      const [one] = await change('settings.unset', input, async (scope, asked) => [
        await unsetSetting(scope, asked),
      ]);
      return one as AppliedChange;
    },
    async import(input) {
      const applied = await change('settings.import', input, importSettings);
      return { changed: applied.filter(({ changed }) => changed).length };
    },
  };
}

/** One line for each that was changed; what is no scalar stands there as JSON. */
function keepWhy(
  scope: Scope,
  operation: string,
  reason: string | undefined,
  { key, region, locale, old, new: now, changed }: AppliedChange,
): Promise<void> {
  const facts = { region, locale, old: scalar(old), new: scalar(now) };
  return audited(
    scope,
    reason,
    async () => {},
    () =>
      changed ? { operation, customer: null, subject: { type: 'setting', id: key }, facts } : null,
  );
}

function scalar(value: unknown): string | number | boolean | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'object' ? canonicalJson(value) : (value as string | number | boolean);
}
