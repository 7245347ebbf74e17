/**
 * What stands while the suites run: one real PostgreSQL, shared by all of them.
 *
 * `TEST_DATABASE_URL` names a server to use instead; its user must be allowed to create databases.
 * `DATABASE_URL` is never looked at. What the suites created is dropped at the end.
 */
import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import type { TestProject } from 'vitest/node';
import './provided.ts';
import { startServer } from './server.ts';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const prefix = `bursar_test_${randomBytes(4).toString('hex')}`;
  const given = process.env.TEST_DATABASE_URL;
  const server = given ? undefined : await startServer();
  const adminUrl = given ?? server?.adminUrl ?? '';
  project.provide('postgresAdminUrl', adminUrl);
  project.provide('databasePrefix', prefix);
  return () => (server ? server.stop() : dropAll(adminUrl, prefix));
}

async function dropAll(adminUrl: string, prefix: string): Promise<void> {
  const admin = postgres(adminUrl, { max: 1, onnotice: () => {} });
  const found = await admin<{ name: string }[]>`
    select datname as name from pg_database where starts_with(datname, ${prefix}) order by datname`;
  for (const { name } of found) {
    await admin`update pg_database set datistemplate = false where datname = ${name}`.catch(
      () => {},
    );
    await admin`drop database if exists ${admin(name)} with (force)`;
  }
  await admin.end();
}
