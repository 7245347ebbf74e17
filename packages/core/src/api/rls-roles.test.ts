/** Who may stand behind the wall, and who may not: said at start, in words that tell what to change, and never found out later. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalog } from '#test/kit.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { type WalledDatabase, walledDatabase } from '#test/walled.ts';
import { createBursar } from '../bursar.ts';

let place: WalledDatabase;
beforeAll(async () => {
  place = await walledDatabase();
});
afterAll(() => place.drop());

const enabled = `select count(*)::int as tables from pg_class
  where relnamespace = to_regnamespace('bursar') and relkind = 'r' and relrowsecurity`;

/** What `ready()` of such a kit says. */
async function outcomeOf(options: object) {
  const { url: database, ownerUrl: directUrl } = place;
  const common = { catalog, logger: silentLogger, rls: true };
  const kit = createBursar({ ...common, database, directUrl, ...options });
  try {
    await kit.ready();
    return 'ready';
  } catch (error) {
    const { code, message, details } = error as Error & { code: string; details: object };
    return { code, message, details };
  } finally {
    await kit.close();
  }
}

/** A login that is made for one test. */
async function asRole(attributes: string, work: (url: string, role: string) => Promise<void>) {
  const role = `${place.role}_other`;
  const url = new URL(place.url);
  url.username = role;
  await place.ask(place.adminUrl, `create role ${role} login password 'choose one' ${attributes}`);
  try {
    await work(url.href, role);
  } finally {
    await place.ask(place.adminUrl, `drop owned by ${role}; drop role ${role}`);
  }
}

test('without the owner’s URL the option is refused before anything is opened', () => {
  expect(() => createBursar({ catalog, rls: true, database: place.url })).toThrow(
    expect.objectContaining({ code: 'configuration', details: { option: 'directUrl' } }),
  );
});

test('the embedded database is refused', async () => {
  expect(await outcomeOf({ database: 'memory://' })).toMatchObject({
    ...{ code: 'configuration', details: { option: 'rls' } },
  });
});

test('a host that migrates by itself is told what to run, and nothing is enabled', async () => {
  const owner = { rls: false, database: place.ownerUrl, directUrl: undefined };
  expect(await outcomeOf(owner)).toBe('ready');

  const refused = await outcomeOf({ migrate: false });

  expect(refused).toMatchObject({ code: 'configuration' });
  expect(refused).toMatchObject({
    message: expect.stringContaining('alter table "bursar"."entries" enable row level security;'),
  });
  expect(await place.ask(place.ownerUrl, enabled)).toEqual([{ tables: 0 }]);
  // Until then the role that does not own the tables is shown all of them.
  expect(await outcomeOf({ rls: false, directUrl: undefined })).toBe('ready');
});

test('of many processes that start together one enables, and the others find it done', async () => {
  const outcomes = await Promise.all(Array.from({ length: 4 }, () => outcomeOf({})));

  expect(outcomes).toEqual(['ready', 'ready', 'ready', 'ready']);
  const [row] = await place.ask(place.ownerUrl, enabled);
  expect(row?.tables).toBeGreaterThan(40);
  expect(await outcomeOf({ migrate: false })).toBe('ready');
});

test('a login that is shown everything is refused: a superuser, the owner, a member of its role, BYPASSRLS', async () => {
  const owner = new URL(place.ownerUrl).username;

  for (const database of [place.adminUrl, place.ownerUrl]) {
    expect(await outcomeOf({ database })).toMatchObject({
      ...{ code: 'configuration', details: { role: new URL(database).username } },
    });
  }
  for (const attributes of [`in role ${owner}`, `bypassrls in role ${place.role}`]) {
    await asRole(attributes, async (database, role) => {
      expect(await outcomeOf({ database })).toMatchObject({
        code: 'configuration',
        details: { role },
      });
    });
  }
  await asRole(`in role ${place.role}`, async (database) => {
    expect(await outcomeOf({ database })).toBe('ready');
  });
});

test('a login without its rights is told which ones to grant', async () => {
  await asRole('', async (database, role) => {
    await place.ask(place.ownerUrl, `grant usage on schema bursar to ${role}`);

    const refused = await outcomeOf({ database });

    expect(refused).toMatchObject({ code: 'configuration', details: { role } });
    expect(refused).toMatchObject({ message: expect.stringContaining('grant select, insert') });
  });
});

test('a direct URL that is itself bound is refused: what is due would be hidden from it', async () => {
  expect(await outcomeOf({ directUrl: place.url })).toMatchObject({
    ...{ code: 'configuration', details: { role: place.role } },
  });
});

test('a kit without the option whose login is bound is refused: every table would be empty to it', async () => {
  expect(await outcomeOf({ rls: false, directUrl: undefined })).toMatchObject({
    ...{ code: 'configuration', details: { role: place.role } },
  });
  const owner = { rls: false, database: place.ownerUrl, directUrl: undefined };
  expect(await outcomeOf(owner)).toBe('ready');
});
