/**
 * Raising the wall between tenants, and making sure that whoever is to stand behind it does.
 *
 * The policies came with the tables; here row level security is enabled, by the owner, and the login is looked at: an owner,
 * a superuser and a role with BYPASSRLS are shown everything whatever the policies say.
 */
import { flag, type Row, text } from './codec.ts';
import { ConfigurationError } from './errors.ts';
import type { Database } from './lane.ts';
import { sql } from './statement.ts';

export type RaiseWall = {
  /** The handle of those who are kept apart. */
  readonly login: Database;
  /** Of the tables' owner, or of another role that is shown everything. */
  readonly owner: Database;
  /** False: the host migrates by itself; then nothing is enabled here. */
  readonly apply: boolean;
};

/**
 * Enables row level security where it is not, and checks both roles.
 *
 * @throws {ConfigurationError} The login is not bound by the policies or may not use the tables, the owner's role is bound, or
 *   something is not enabled and `apply` is false. What was enabled before stays so.
 */
export async function raiseWall({ login, owner, apply }: RaiseWall): Promise<void> {
  const open = await openTables(owner);
  if (open.length > 0 && !apply) throw notEnabled(owner.schema, open);
  if (open.length > 0) await enable(owner);
  const { role, unbound, forbidden } = await standing(login);
  if (unbound.length > 0) throw notBound(role, unbound);
  if (forbidden.length > 0) throw notGranted(role, login.schema, forbidden);
  const above = await standing(owner);
  if (above.unbound.length === 0) throw ownerIsBound(above.role);
}

/**
 * For a kit without the wall: its login must not stand behind one, or every table would be empty to it.
 * @throws {ConfigurationError} It does.
 */
export async function refuseBound(database: Database): Promise<void> {
  const [row] = await database.query(sql`
    select row_security_active('bursar.balances') as bound, current_user::text as role`);
  if (!flag(row?.bound)) return;
  throw new ConfigurationError(
    `Row level security is enabled, and role ${text(row?.role)} is bound by it: pass rls: true and directUrl, or log in as the owner.`,
    { role: text(row?.role) },
  );
}

/** Under the lock of migrations: of many processes that boot together one enables, and the others find it done. */
async function enable(owner: Database): Promise<void> {
  await owner.session(async (lane) => {
    await lane.query(
      sql`select pg_advisory_xact_lock(hashtextextended(${`bursar migrate ${owner.schema}`}, 0))`,
    );
    for (const table of await openTables({ ...lane, schema: owner.schema }))
      await lane.query({ text: enabling(table), values: [] });
  });
}

function enabling(table: string): string {
  return `alter table "bursar"."${table}" enable row level security`;
}

async function openTables({
  query,
  schema,
}: Pick<Database, 'query' | 'schema'>): Promise<string[]> {
  const rows = await query(sql`
    select relname as name from pg_class as c
     where relnamespace = ${schema}::text::regnamespace and relkind = 'r' and not relrowsecurity
       and exists (select from pg_policy where polrelid = c.oid)
     order by 1 limit 1000`);
  return rows.map(nameOf);
}

type Standing = {
  readonly role: string;
  /** Tables that are shown whole to it. */
  readonly unbound: readonly string[];
  /** Tables it may not use. */
  readonly forbidden: readonly string[];
};

async function standing({ query, schema }: Database): Promise<Standing> {
  const [who] = await query(sql`select current_user::text as role`);
  const rows = await query(sql`
    select relname as name, relrowsecurity and not row_security_active(oid) as unbound,
           not (has_table_privilege(oid, 'select') and has_table_privilege(oid, 'insert')
                and has_table_privilege(oid, 'update') and has_table_privilege(oid, 'delete')) as forbidden
      from pg_class
     where relnamespace = ${schema}::text::regnamespace and relkind = 'r' and relname <> 'migrations'
     order by 1 limit 1000`);
  return {
    role: text(who?.role),
    unbound: rows.filter((row) => flag(row.unbound)).map(nameOf),
    forbidden: rows.filter((row) => flag(row.forbidden)).map(nameOf),
  };
}

function nameOf(row: Row): string {
  return text(row.name);
}

function notBound(role: string, tables: readonly string[]): ConfigurationError {
  return new ConfigurationError(
    `With rls: true, database must be a role that row level security binds, and ${role} is not: it owns the tables (or is a member of their owner), is a superuser, or has BYPASSRLS. Log in as a role of its own, and pass the owner's URL as directUrl.`,
    { role, tables },
  );
}

function notGranted(role: string, schema: string, tables: readonly string[]): ConfigurationError {
  return new ConfigurationError(
    `With rls: true, role ${role} needs its rights: grant select, insert, update, delete on all tables in schema ${schema} to ${role}, and usage on all sequences.`,
    { role, tables },
  );
}

function ownerIsBound(role: string): ConfigurationError {
  return new ConfigurationError(
    `With rls: true, directUrl must be the URL of the tables' owner, and ${role} is bound by row level security: what is due in all tenants would be hidden from it.`,
    { role },
  );
}

function notEnabled(schema: string, tables: readonly string[]): ConfigurationError {
  const statements = tables.map((table) => enabling(table).replace('"bursar"', `"${schema}"`));
  return new ConfigurationError(
    `With rls: true and migrate: false, row level security must be enabled first: ${statements.join('; ')};`,
    { tables },
  );
}
