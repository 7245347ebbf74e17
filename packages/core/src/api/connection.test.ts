/** Opening once, trying again, closing for good; and what production does not allow. */
import postgres from 'postgres';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { describeEmptyPostgres } from '#test/databases.ts';
import { catalog } from '#test/kit.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { createBursar } from '../bursar.ts';

const options = { catalog, logger: silentLogger };
const ask = { customer: 'ann', feature: 'api-calls' } as const;

afterEach(() => {
  vi.unstubAllEnvs();
});

describeEmptyPostgres('a kit', (makeUrl) => {
  test('opens by itself at the first verb, once for all who come together', async () => {
    const bursar = createBursar({ ...options, database: await makeUrl() });

    const answers = await Promise.all([1, 2, 3].map(() => bursar.check(ask)));

    expect(answers.every(({ allowed }) => allowed)).toBe(true);
    await bursar.close();
  });

  test('writes nothing for reads and checks, not even its tenant', async () => {
    const database = await makeUrl();
    const bursar = createBursar({ ...options, database });

    await bursar.check(ask);
    await bursar.state('ann');
    await bursar.customers.list();
    const sql = postgres(database, { max: 1 });

    expect(await sql`select key from bursar.tenants`).toEqual([]);
    await sql.end();
    await bursar.close();
  });

  test('that failed to open tries again at the next call', async () => {
    const database = await makeUrl();
    const name = new URL(database).pathname.slice(1);
    const other = createBursar({ ...options, database: database.replace(name, 'nowhere') });

    await expect(other.ready()).rejects.toThrow();
    await expect(other.check(ask)).rejects.toThrow();
    await other.close();

    const bursar = createBursar({ ...options, database, migrate: false });
    await expect(bursar.ready()).rejects.toMatchObject({ code: 'configuration' });
    const migrating = createBursar({ ...options, database });
    await migrating.ready();
    await bursar.ready();
    expect((await bursar.check(ask)).allowed).toBe(true);
    await Promise.all([bursar.close(), migrating.close()]);
  });

  test('is closed once and for good', async () => {
    const bursar = createBursar({ ...options, database: await makeUrl() });
    await bursar.ready();

    await Promise.all([bursar.close(), bursar.close()]);
    await bursar.close();

    await expect(bursar.check(ask)).rejects.toMatchObject({ code: 'database' });
    await expect(bursar.ready()).rejects.toMatchObject({ code: 'database' });
  });

  test('wants ready() before its first verb in production', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    const bursar = createBursar({ ...options, database: await makeUrl() });

    await expect(bursar.check(ask)).rejects.toMatchObject({ code: 'configuration' });
    await expect(bursar.consume(ask)).rejects.toMatchObject({ code: 'configuration' });
    await bursar.ready();

    expect((await bursar.check(ask)).allowed).toBe(true);
    await bursar.close();
  });

  test('takes DATABASE_URL when no database is named', async () => {
    vi.stubEnv('DATABASE_URL', await makeUrl());
    const bursar = createBursar(options);

    await bursar.consume(ask);

    expect((await bursar.check(ask)).used).toBe(1);
    await bursar.close();
  });

  test('keeps to the schema it was given', async () => {
    const database = await makeUrl();
    const [one, other] = ['shop', 'school'].map((schema) =>
      createBursar({ ...options, database, schema }),
    );

    await one?.consume(ask);

    expect((await other?.check(ask))?.used).toBe(0);
    expect((await one?.check(ask))?.used).toBe(1);
    await Promise.all([one?.close(), other?.close()]);
  });
});

describe('the embedded database', () => {
  test('is refused in production unless it is asked for by name', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    const refused = createBursar({ ...options, database: 'memory://' });
    const allowed = createBursar({ ...options, database: 'memory://', allowEmbedded: true });

    await expect(refused.ready()).rejects.toMatchObject({ code: 'configuration' });
    await allowed.ready();

    expect((await allowed.check(ask)).allowed).toBe(true);
    await allowed.close();
    await refused.close();
  });
});

describe('an option', () => {
  test.each([
    ['that is not known', { databse: 'memory://' }, 'databse'],
    ['catalog that defineCatalog did not make', { catalog: { features: {} } }, 'catalog'],
    ['clock that tells no time', { clock: {} }, 'clock'],
    ['schema that is no name', { schema: 'Bad-Name' }, 'schema'],
    ['migrate that is no boolean', { migrate: 'no' }, 'migrate'],
    ['logger that cannot log', { logger: { info() {} } }, 'logger'],
    ['tenant that is empty', { tenant: '' }, 'tenant'],
    ['database that is no text and no handle', { database: 5 }, 'database'],
  ])('%s is refused at once, by name', (_, wrong, name) => {
    expect(() => createBursar({ ...options, database: 'memory://', ...wrong } as never)).toThrow(
      expect.objectContaining({ code: 'configuration', message: expect.stringContaining(name) }),
    );
  });
});
