/**
 * The built packages as hosts load them, by `import` and by `require`: they find their migrations, start the embedded
 * database, and know each other's errors. Needs `pnpm build` first; fails by its exit status.
 */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const doors = ['core', 'core/http', 'core/schema', 'core/testing', 'fastify', 'express'];

for (const door of doors) {
  const names = (loaded) =>
    Object.keys(loaded).filter((name) => !['default', 'module.exports'].includes(name));
  const [imported, required] = [await import(`@bursar/${door}`), require(`@bursar/${door}`)];
  assert.deepEqual(names(imported), names(required), `@bursar/${door} differs by how it is loaded`);
  assert.ok(names(imported).length > 0, `@bursar/${door} is empty`);
}

const imported = await import('@bursar/core');
const required = require('@bursar/core');
for (const [how, core, other] of [
  ['import', imported, required],
  ['require', required, imported],
]) {
  const catalog = core.defineCatalog({
    features: { calls: { kind: 'metered' } },
    plans: { free: { default: true, period: 'P1M', features: { calls: { quota: 2 } } } },
  });
  const bursar = core.createBursar({ catalog, database: 'memory://' });
  const { used } = await bursar.consume({ customer: 'ann', feature: 'calls' });
  assert.equal(used, 1);
  await assert.rejects(
    bursar.consume({ customer: 'ann', feature: 'calls', amount: 2 }),
    (error) =>
      error.code === 'quota_exceeded' &&
      error instanceof core.DeniedError &&
      other.isBursarError(error),
  );
  await bursar.close();
  console.log(`@bursar/core by ${how}: ok`);
}
