/** Waits that end: a full pool, a server that falls silent, one that hangs up on everybody, one that is gone. */

import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { describePostgres } from '#test/databases.ts';
import { silentLogger } from '#test/kernel.ts';
import { openDatabase } from './database.ts';
import type { Database } from './lane.ts';
import { sql } from './statement.ts';

const unavailable = expect.objectContaining({ code: 'database' });

describePostgres('the pool', (makeUrl) => {
  let url: string;
  const opened: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    url = await makeUrl();
  });
  afterEach(async () => {
    for (const open of opened.splice(0).reverse()) await open.close();
  });

  async function open(to: string, limits: object): Promise<Database> {
    const database = await openDatabase(to, { logger: silentLogger, ...limits });
    opened.push(database);
    return database;
  }

  async function proxied(): Promise<Proxy> {
    const proxy = await startProxy(new URL(url));
    opened.push(proxy);
    return proxy;
  }

  test('ends the wait for a connection at its deadline, and never sends what waited', async () => {
    const database = await open(url, { connectionsMax: 1, acquireMilliseconds: 100 });
    await database.query(sql`create table if not exists late (id int)`);

    await database.transaction(async () => {
      await expect(database.query(sql`insert into late (id) values (1)`)).rejects.toEqual(
        unavailable,
      );
    });

    expect(await database.query(sql`select id from late`)).toEqual([]);
  });

  test('serves those that wait in the order they came', async () => {
    const database = await open(url, { connectionsMax: 1 });
    const served: number[] = [];

    const work = [1, 2, 3, 4, 5].map((turn) =>
      database.query(sql`select 1`).then(() => served.push(turn)),
    );
    await Promise.all(work);

    expect(served).toEqual([1, 2, 3, 4, 5]);
  });

  test('replaces connections that a silent server holds', async () => {
    const proxy = await proxied();
    const database = await open(proxy.url, { connectionsMax: 2, statementMilliseconds: 200 });
    await database.query(sql`select 1`);

    proxy.behave('silent');
    const stuck = [
      database.query(sql`select 2`),
      database.transaction(async (lane) => {
        await lane.query(sql`select 3`);
        await lane.query(sql`select 4`);
      }),
    ];
    const ends = await Promise.allSettled(stuck);
    proxy.behave('well');

    expect(ends.map((end) => end.status)).toEqual(['rejected', 'rejected']);
    expect(await database.query(sql`select 5 as five`)).toEqual([{ five: 5 }]);
    await Promise.all([database.ping(), database.ping(), database.ping()]);
  });

  test('survives a server that hangs up on everybody, as it does one that is gone', async () => {
    const proxy = await proxied();
    const database = await open(proxy.url, { connectionsMax: 1, statementMilliseconds: 200 });

    proxy.behave('hang up');
    await expect(database.ping()).rejects.toEqual(unavailable);
    proxy.behave('well');
    await database.ping();
    proxy.behave('hang up');
    proxy.cut();
    await expect(database.query(sql`select 1`)).rejects.toEqual(unavailable);
    proxy.behave('well');

    expect(await database.query(sql`select 6 as six`)).toEqual([{ six: 6 }]);
  });

  test('says of each statement that nothing of it was sent while a server starts up', async () => {
    const proxy = await proxied();
    const database = await open(proxy.url, { connectionsMax: 1 });

    proxy.behave('starting up');
    const nothing = expect.objectContaining({ details: { reason: '57P03', written: 'no' } });
    for (let number = 0; number < 4; number += 1)
      await expect(database.query(sql`select 1`)).rejects.toEqual(nothing);
    await expect(database.transaction(async () => {})).rejects.toEqual(nothing);
    proxy.behave('well');

    await database.ping();
  });

  test('says that a server that is not there cannot be reached', async () => {
    const nowhere = new URL(url);
    nowhere.port = '1';
    const database = await open(nowhere.href, {});

    await expect(database.ping()).rejects.toEqual(unavailable);
    await expect(database.transaction(async () => {})).rejects.toEqual(unavailable);
  });

  test('refuses what comes after it was closed, and closes twice', async () => {
    const database = await open(url, {});
    await database.ping();

    await Promise.all([database.close(), database.close()]);

    await expect(database.ping()).rejects.toEqual(unavailable);
  });
});

type Manners = 'well' | 'silent' | 'hang up' | 'starting up';
type Proxy = {
  readonly url: string;
  behave(manners: Manners): void;
  cut(): void;
  close(): Promise<void>;
};

const fields = 'SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0';
/** An error as the protocol has it: `E`, its length, its fields. */
const startingUp = Buffer.from(`E\0\0\0${String.fromCharCode(fields.length + 4)}${fields}`);

/** Between client and server, with bad manners on demand. */
async function startProxy(target: URL): Promise<Proxy> {
  let manners: Manners = 'well';
  const sockets = new Set<Socket>();
  const server: Server = createServer((client) => {
    if (manners === 'hang up') return void client.destroy();
    if (manners === 'starting up')
      return void client
        .on('error', () => {})
        .resume()
        .end(startingUp);
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    }
    client
      .on('data', (data) => manners === 'silent' || upstream.write(data))
      .on('close', () => upstream.destroy());
    upstream
      .on('data', (data) => manners === 'silent' || client.write(data))
      .on('close', () => client.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = new URL(target.href);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  function cut(): void {
    for (const socket of sockets) socket.destroy();
  }
  return {
    url: url.href,
    behave(next) {
      manners = next;
    },
    cut,
    async close() {
      cut();
      await new Promise((done) => server.close(done));
    },
  };
}
