/** A database with the two roles of `rls: true`, made by what the documentation tells a host to run. */
import { readFile } from 'node:fs/promises';
import type { Bursar, QueryClient } from '@bursar/core';
import postgres from 'postgres';
import { afterAll, describe } from 'vitest';
import { type Engine, postgresDatabase } from './databases.ts';

export type WalledDatabase = {
  /** Of the role that verbs run as. */
  readonly url: string;
  readonly role: string;
  /** Of the database's owner, who is no superuser. */
  readonly ownerUrl: string;
  readonly adminUrl: string;
  /** Runs one statement text in a session of its own, as whoever `url` says. */
  ask(url: string, text: string): Promise<readonly Record<string, unknown>[]>;
  drop(): Promise<void>;
};

/** Answers a statement with rows of every tenant. */
export type Ask = (text: string) => Promise<readonly Record<string, unknown>[]>;

/** An empty database. */
export type Place = {
  /** What opens a kit on it. */
  readonly options: { readonly database: string; readonly directUrl?: string; readonly rls?: true };
  /** Behind the wall only the owner sees all tenants; without one, whoever uses the kit. */
  ask(bursar: Pick<Bursar, 'transaction'>): Ask;
};

/**
 * As `describeDatabases`, with `rls: true` on PostgreSQL: the embedded database shows that each statement names its tenant, and
 * the wall that all of them work behind it.
 */
export function describeWalled(
  name: string,
  suite: (makePlace: () => Promise<Place>, engine: Engine) => void,
): void {
  describe(`${name} on pglite`, () => suite(async () => unwalled, 'pglite'));
  describe(`${name} on postgres, behind the wall`, () => {
    const ends: (() => Promise<void>)[] = [];
    // Registered first, so it runs last: vitest runs these hooks in reverse.
    afterAll(async () => {
      for (const end of ends) await end();
    });
    suite(async () => {
      const { url: database, ownerUrl: directUrl, drop } = await walledDatabase();
      const owner = postgres(directUrl, { max: 1, onnotice: () => {} });
      ends.push(() => owner.end(), drop);
      return {
        options: { database, directUrl, rls: true },
        ask: () => (text) => owner.unsafe(text),
      };
    }, 'postgres');
  });
}

const unwalled: Place = {
  options: { database: 'memory://' },
  ask: (bursar) => (text) =>
    bursar.transaction(async (_, tx) => (await (tx as QueryClient).query(text, [])).rows),
};

/** An empty database; Bursar is not in it yet. */
export async function walledDatabase(): Promise<WalledDatabase> {
  const { url: adminUrl, drop } = await postgresDatabase();
  const name = new URL(adminUrl).pathname.slice(1);
  const [owner, role] = [`${name}_owner`, `${name}_app`];
  await ask(adminUrl, `create role ${owner} login createrole password 'choose one'`);
  await ask(adminUrl, `alter database ${name} owner to ${owner}`);
  const ownerUrl = urlAs(adminUrl, owner);
  await ask(ownerUrl, (await grants()).replaceAll('bursar_app', role));
  return {
    ...{ url: urlAs(adminUrl, role), role, ownerUrl, adminUrl, ask },
    async drop() {
      const server = new URL(adminUrl);
      server.pathname = '/postgres';
      await drop();
      await ask(server.href, `drop role ${role}; drop role ${owner}`);
    },
  };
}

/** The statements of the operating guide. */
async function grants(): Promise<string> {
  const guide = new URL('../../packages/core/docs/operating.md', import.meta.url);
  const [, section] = (await readFile(guide, 'utf8')).split('## A second wall between tenants');
  const block = section?.match(/```sql\n([\s\S]*?)```/)?.[1];
  if (!block) throw new Error('The operating guide says no grants for rls: true any more.');
  return block;
}

function urlAs(adminUrl: string, role: string): string {
  const url = new URL(adminUrl);
  url.username = role;
  url.password = 'choose one';
  return url.href;
}

async function ask(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await client.unsafe(text);
  } finally {
    await client.end();
  }
}
