/** What a kit says of its health while its database is migrated, behind, slow or away. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { describeDatabases, describeEmptyPostgres } from '#test/databases.ts';
import { catalog } from '#test/kit.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { createBursar } from '../bursar.ts';

const kits: { close(): Promise<void> }[] = [];
afterAll(async () => {
  for (const kit of kits) await kit.close();
});
function open(database: string, options: { migrate?: boolean } = {}) {
  const kit = createBursar({ catalog, database, logger: silentLogger, ...options });
  kits.push(kit);
  return kit;
}

describeDatabases('a kit', (makeUrl) => {
  test('is ready once its database is migrated, and not any more once it is closed', async () => {
    const kit = open(await makeUrl());

    expect(await kit.health.ready({ withinMilliseconds: 30_000 })).toEqual({ ready: true });
    await kit.close();

    expect(await kit.health.ready()).toEqual({ ready: false, reason: 'database' });
    expect(kit.health.live()).toEqual({ live: true });
  });
});

describeEmptyPostgres('a kit', (makeUrl) => {
  test('is not ready while its schema is behind and it may not migrate', async () => {
    const kit = open(await makeUrl(), { migrate: false });

    expect(await kit.health.ready()).toEqual({ ready: false, reason: 'migrations' });
  });

  test('is not ready without a database, nor with one that says nothing, for no longer than it is waited for', async () => {
    const mute = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as { port: number };
    const [away, silent] = [
      open('postgres://a@127.0.0.1:1/b'),
      open(`postgres://a@127.0.0.1:${port}/b`),
    ];
    const began = performance.now();

    const answer = silent.health.ready({ withinMilliseconds: 200 });

    expect(await answer).toEqual({ ready: false, reason: 'late' });
    expect(performance.now() - began).toBeLessThan(1_500);
    expect(await away.health.ready()).toEqual({ ready: false, reason: 'database' });
    mute.close();
  });
});
