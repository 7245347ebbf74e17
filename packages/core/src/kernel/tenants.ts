/**
 * From a tenant's key to its row. Reads find or find nothing; commands make it.
 */
import { integer, type Row } from './codec.ts';
import type { Lane } from './lane.ts';
import type { Tenant } from './scope.ts';
import { sql } from './statement.ts';

/** The tenant as it stands; its id is 0 while no command has named it. Writes nothing. */
export async function findTenant(lane: Lane, key: string): Promise<Tenant> {
  const rows = await lane.query(sql`select id from bursar.tenants where key = ${key}`);
  return tenantFrom(rows, key) ?? { id: 0, key };
}

/** The tenant; its row is made by whoever comes first. */
export async function ensureTenant(lane: Lane, key: string): Promise<Tenant> {
  const found = await findTenant(lane, key);
  if (found.id !== 0) return found;
  const made = await lane.query(
    sql`insert into bursar.tenants (key) values (${key}) on conflict (key) do nothing returning id`,
  );
  return tenantFrom(made, key) ?? findTenant(lane, key);
}

function tenantFrom(rows: readonly Row[], key: string): Tenant | null {
  const row = rows[0];
  return row ? { id: integer(row.id), key } : null;
}
