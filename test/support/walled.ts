/** A database with the two roles of `rls: true`, made by what the documentation tells a host to run. */
import { readFile } from 'node:fs/promises';
import postgres from 'postgres';
import { postgresDatabase } from './databases.ts';

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
