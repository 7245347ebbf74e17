/** Whether a value fits its setting, said with the setting's key and what to send. */
import { type Fault, faultsOf } from '../kernel/index.ts';
import type { Named } from './registry.ts';

/** What is wrong with a value, each fault below `pointer`; none if it fits. */
export function faultsOfValue({ key, setting }: Named, value: unknown, pointer: string): Fault[] {
  const read = setting.shape.safeParse(value);
  if (read.success) return [];
  return read.error.issues.flatMap(faultsOf).map((fault) => ({
    pointer: `${pointer}${fault.pointer}`,
    detail: `${fault.detail} (setting ${key})`,
  }));
}
