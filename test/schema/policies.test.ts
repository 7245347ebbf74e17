/**
 * The second wall between tenants: every table with rows of tenants has its policy, however late it was made.
 *
 * The policies do nothing until row level security is enabled, so that a kit without the option may have any login.
 */
import { beforeAll, expect, test } from 'vitest';
import { sql } from '../../packages/core/src/kernel/statement.ts';
import { describeMigrated, type MigratedDatabase } from '../support/kernel.ts';

const rule = `"tenant_id" = any (coalesce(nullif(current_setting('bursar.tenants', true), ''), '{}')::int[])`;

/** What the migration that makes a table has to say of it. */
function policyFor(table: string): string {
  return `create policy "tenants_apart" on "bursar"."${table}" for all\n  using (${rule})\n  with check (${rule});`;
}

describeMigrated('the wall between tenants', (make) => {
  let made: MigratedDatabase;
  beforeAll(async () => {
    made = await make();
  });

  test('every table with a tenant_id has the policy; a new one says so in the migration that makes it', async () => {
    const tables = await made.database.query(sql`
      select c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
             policy.polcmd as command, policy.polpermissive as permissive, policy.polroles::text as roles,
             pg_get_expr(policy.polqual, c.oid) as using, pg_get_expr(policy.polwithcheck, c.oid) as check
        from pg_class as c
        left join pg_policy as policy on policy.polrelid = c.oid
       where c.relnamespace = 'bursar'::regnamespace and c.relkind in ('r', 'p')
         and exists (select from pg_attribute where attrelid = c.oid and attname = 'tenant_id' and not attisdropped)
       order by c.relname`);

    const expected =
      "(tenant_id = ANY ((COALESCE(NULLIF(current_setting('bursar.tenants'::text, true), ''::text), '{}'::text))::integer[]))";
    const wrong = tables.filter(
      ({ using, check, command, permissive, roles }) =>
        using !== expected ||
        check !== expected ||
        command !== '*' ||
        permissive !== true ||
        roles !== '{0}',
    );
    expect(
      wrong.map(({ name }) => policyFor(String(name))),
      'these statements belong into the migration that makes the table, and no other policy may stand beside them',
    ).toEqual([]);
    expect(tables.length).toBeGreaterThan(40);
    expect(tables.filter(({ enabled, forced }) => enabled || forced)).toEqual([]);
  });

  test('a table without a tenant_id is one of those that are of all tenants', async () => {
    const tables = await made.database.query(sql`
      select c.relname as name from pg_class as c
       where c.relnamespace = 'bursar'::regnamespace and c.relkind in ('r', 'p')
         and not exists (select from pg_attribute where attrelid = c.oid and attname = 'tenant_id' and not attisdropped)
       order by c.relname`);

    expect(tables.map(({ name }) => name)).toEqual([
      ...['consumers', 'entry_reader', 'migrations', 'rate_sheets', 'tenants', 'test_clock'],
    ]);
  });

  test('views ask as whoever reads them, and no function as its owner: both would be doors in the wall', async () => {
    const views = await made.database.query(sql`
      select relname as name from pg_class
       where relnamespace = 'bursar'::regnamespace and relkind in ('v', 'm')
         and not coalesce(reloptions @> '{security_invoker=true}', false)`);
    const functions = await made.database.query(sql`
      select proname as name from pg_proc where pronamespace = 'bursar'::regnamespace and prosecdef`);

    expect(
      views.map(({ name }) => `alter view "bursar"."${name}" set (security_invoker = true);`),
      'these statements belong into the migration that makes the view',
    ).toEqual([]);
    expect(functions).toEqual([]);
  });
});
