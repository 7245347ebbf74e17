/**
 * Reading a definition that may be wrong: every mistake of its shape, and all that can be used despite them.
 *
 * What is wrong is left out, as little of it as possible, so that the rest is still looked at: one run of a host
 * shows all of its mistakes, and none that only follows from another.
 */
import type { z } from 'zod';
import type { Fault } from '../kernel/index.ts';
import { type Definition, definitionSchema } from './definition-schema.ts';
import { faultsOf } from './issue-faults.ts';

export type Section = 'units' | 'features' | 'plans' | 'offers';

export type ReadDefinition = {
  readonly definition: Definition;
  readonly faults: readonly Fault[];
  /** True for what was left out, and so may well be named elsewhere; without a key, where any entry of the section was. */
  readonly isLeftOut: (section: Section, key?: string) => boolean;
};

const nothing: Definition = { units: {}, features: {}, plans: {}, offers: {} };
/** An option of an entry, then the entry, then its section. */
const depths = [3, 2, 1] as const;

/** The usable part of a definition, and what is wrong with the rest. */
export function readDefinition(raw: unknown): ReadDefinition {
  const first = definitionSchema.safeParse(raw);
  if (first.success) return { definition: first.data, faults: [], isLeftOut: () => false };
  let rest = raw;
  let read: ReturnType<typeof definitionSchema.safeParse> = first;
  const leftOut = new Set<string>();
  for (const depth of depths) {
    if (read.success) break;
    for (const path of pathsOf(read.error.issues)) {
      const cut = path.slice(0, depth);
      rest = without(rest, cut);
      leftOut.add(cut.join('/'));
    }
    read = definitionSchema.safeParse(isRecord(rest) ? { features: {}, ...rest } : rest);
  }
  return {
    definition: read.success ? read.data : nothing,
    faults: faultsOf(first.error.issues),
    isLeftOut: (section, key) =>
      leftOut.has(section) ||
      (key === undefined
        ? [...leftOut].some(
            (path) => path.split('/').length === 2 && path.startsWith(`${section}/`),
          )
        : leftOut.has(`${section}/${key}`)),
  };
}

function pathsOf(issues: readonly z.core.$ZodIssue[]): string[][] {
  return issues.flatMap((issue) => {
    const path = issue.path.map(String);
    return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
  });
}

/** A copy that lacks what the path names. */
function without(value: unknown, [key, ...deeper]: readonly string[]): unknown {
  if (key === undefined || !isRecord(value)) return value;
  const { [key]: found, ...others } = value;
  return deeper.length > 0 ? { ...others, [key]: without(found, deeper) } : others;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
