/** The settings there are: each with its type and default. A key that stands here is read by some rule. */
import { z } from 'zod';

type Setting = { readonly title: string; readonly shape: z.ZodType; readonly default: unknown };

const settings: Readonly<Record<string, Setting>> = {
  'holds.ttl': {
    title: 'How long a hold lasts unless said',
    shape: z.string().regex(/^P/).max(32),
    default: 'P7D',
  },
};

/** The setting under a key, or `null`. */
export function settingOf(key: string): Setting | null {
  return (Object.hasOwn(settings, key) ? settings[key] : undefined) ?? null;
}
