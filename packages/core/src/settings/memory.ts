/**
 * Stored settings kept in memory, by tenant. Each change has the tenant's next version: what is older than the last one
 * heard of is dropped and never kept again, whichever way the news and a reading overtake each other.
 *
 * While changes of other processes cannot be heard nothing is kept, and everything is read.
 */
import type { StoredValues } from './resolve.ts';

/** All that a tenant has stored, by key, as of a version; 0 where nothing was ever. */
export type Stored = {
  readonly version: number;
  readonly values: ReadonlyMap<string, StoredValues>;
};

export interface SettingsMemory {
  find(tenant: string, now: Date): Stored | null;
  /** Call before reading; what it gives keeps what was read, unless that is out of date by then. */
  reading(tenant: string): (stored: Stored, now: Date) => void;
  /** A version was committed. */
  changed(tenant: string, version: number): void;
  /** Read through until `release`: somebody changes them in a transaction whose end is not known here. */
  withhold(tenant: string): void;
  release(tenant: string): void;
  /** Changes of other processes can be heard, or cannot: then all is forgotten. */
  hear(hears: boolean): void;
}

declare module '../kernel/scope.ts' {
  interface Ports {
    readonly settingsMemory?: SettingsMemory | undefined;
  }
}

/** The longest that anything is kept: the bound for a notification that never came. */
const keepMilliseconds = 30_000;
/** The oldest makes room. */
const tenantsMax = 10_000;

type Kept = { stored: Stored | null; since: number; floor: number; withheld: number };

/** An empty memory; it keeps nothing until it can hear. */
export function createSettingsMemory(): SettingsMemory {
  const tenants = new Map<string, Kept>();
  let hearing = 0;
  let hears = false;

  function entry(tenant: string): Kept {
    const known = tenants.get(tenant);
    if (known) return known;
    const made = { stored: null, since: 0, floor: 0, withheld: 0 };
    tenants.set(tenant, made);
    if (tenants.size > tenantsMax) forgetOldest(tenants);
    return made;
  }

  return {
    find(tenant, now) {
      const { stored = null, since = 0 } = tenants.get(tenant) ?? {};
      const age = now.getTime() - since;
      return stored && age >= 0 && age < keepMilliseconds ? stored : null;
    },
    reading(tenant) {
      const begun = hearing;
      return (stored, now) => {
        const kept = entry(tenant);
        if (!hears || begun !== hearing || kept.withheld > 0) return;
        if (stored.version < Math.max(kept.floor, kept.stored?.version ?? 0)) return;
        Object.assign(kept, { stored, since: now.getTime() });
      };
    },
    changed(tenant, version) {
      // Others may use the channel too.
      if (!Number.isSafeInteger(version)) return;
      const kept = entry(tenant);
      kept.floor = Math.max(kept.floor, version);
      if (kept.stored && kept.stored.version < version) kept.stored = null;
    },
    withhold(tenant) {
      Object.assign(entry(tenant), { stored: null, withheld: entry(tenant).withheld + 1 });
    },
    release(tenant) {
      const kept = entry(tenant);
      kept.withheld = Math.max(0, kept.withheld - 1);
    },
    hear(isHearing) {
      hears = isHearing;
      hearing += 1;
      for (const kept of tenants.values()) kept.stored = null;
    },
  };
}

/** Not one that somebody is changing: it would be kept out of date. */
function forgetOldest(tenants: Map<string, Kept>): void {
  for (const [tenant, { withheld }] of tenants) {
    if (withheld > 0) continue;
    tenants.delete(tenant);
    return;
  }
}
