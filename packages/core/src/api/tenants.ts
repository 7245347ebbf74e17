/**
 * What this process knows of each tenant: its row, whether its catalogue is written, and facts that never change.
 *
 * Bounded: past the limit the tenant that was first asked for is forgotten, and looked up again when it comes back.
 */
import { ensureCatalog } from '../catalog/index.ts';
import {
  createMemory,
  type Database,
  ensureTenant,
  findTenant,
  type Lane,
  type Memory,
  type Scope,
  type Tenant,
} from '../kernel/index.ts';

export type Known = { readonly tenant: Tenant; readonly memory: Memory };
type Entry = Known & { isPrepared: boolean };

/** Where to look, and whether what is seen there will still be so tomorrow: not so in the host's transaction. */
export type Look = { readonly lane: Database | Lane; readonly lasts: boolean };

export type Make = Look & {
  /** Opens what the catalogue is written through. */
  scope(known: Known): Scope;
  /** Where the verb will run: it must see the tenant too. */
  readonly witness: Database | Lane;
};

export type Tenants = {
  /** Without a write; the id is 0 while nobody has made it. */
  find(key: string, look: Look): Promise<Known>;
  /** What is known without asking: `null` unless its row and its catalogue are in place. */
  prepared(key: string): Known | null;
  /** With its row and its catalogue in place. */
  prepare(key: string, make: Make): Promise<Known>;
  /** What is remembered of it may speak of somebody who is gone: it is looked up again. */
  forget(key: string): void;
};

const tenantsMax = 10_000;

/** An empty register, for one kit. */
export function createTenants(): Tenants {
  const entries = new Map<string, Entry>();

  function keep(tenant: Tenant): Entry {
    const entry = { tenant, memory: createMemory(), isPrepared: false };
    entries.set(tenant.key, entry);
    const [oldest] = entries.keys();
    if (entries.size > tenantsMax && oldest !== undefined) entries.delete(oldest);
    return entry;
  }

  function entryOf(tenant: Tenant, lasts: boolean): Entry {
    return lasts && tenant.id !== 0
      ? (entries.get(tenant.key) ?? keep(tenant))
      : { tenant, memory: createMemory(), isPrepared: false };
  }

  return {
    forget: (key) => void entries.delete(key),
    prepared(key) {
      const known = entries.get(key);
      return known?.isPrepared ? known : null;
    },
    async find(key, { lane, lasts }) {
      return entries.get(key) ?? entryOf(await findTenant(lane, key), lasts);
    },
    async prepare(key, { lane, lasts, scope, witness }) {
      const known = entries.get(key);
      if (known?.isPrepared) return known;
      const entry = known ?? entryOf(await ensureTenant(lane, key), lasts);
      await ensureCatalog(scope(entry));
      // A snapshot older than the row does not show it: a serialisation failure, and not a key that is missing.
      if (witness !== lane) await ensureTenant(witness, key);
      if (lasts) entry.isPrepared = true;
      return entry;
    },
  };
}
