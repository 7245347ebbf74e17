/** What docs/observability.md names is what the code has: every instrument, and every span. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createBursar, testClock } from '@bursar/core';
import { expect, test } from 'vitest';
import { catalog } from '#test/kit.ts';
import { spanNames } from '../../packages/core/src/api/traced.ts';
import { guards } from '../../packages/core/src/entitlements/index.ts';
import { instruments } from '../../packages/core/src/kernel/telemetry.ts';

const guide = readFileSync(
  fileURLToPath(new URL('../../packages/core/docs/observability.md', import.meta.url)),
  'utf8',
);

test('every instrument has its line, with type, unit, attributes and what it counts', () => {
  const lines = guide.matchAll(/^\| `(bursar\.[\w.]+)` \| (\w+), `(.+?)` \|(.*?)\| (.+) \|$/gm);
  const told = [...lines].map(([, name, type, unit, attributes = '', description]) => ({
    ...{ name, type, unit, description },
    attributes: [...attributes.matchAll(/`(.+?)`/g)].map(([, one]) => one),
  }));

  expect(told).toEqual(
    Object.values(instruments).map(({ name, type, unit, description, attributes }) => ({
      ...{ name, type, unit, description, attributes },
    })),
  );
});

test('every span has its name in the table, and no name more', () => {
  const lines = guide.matchAll(/^\| `(bursar\.\w+)\.…` \| (.+) \|$/gm);
  const told = [...lines].flatMap(([, namespace, verbs = '']) =>
    [...verbs.matchAll(/`(\w+)`/g)].map(([, verb]) => `${namespace}.${verb}`),
  );
  const clock = testClock('2026-01-01T00:00:00Z');
  const kit = createBursar({ catalog, clock, database: 'memory://' });
  const ofGuards = Object.values(guards).map(({ name }) => `bursar.guards.${name}`);

  expect(told.sort()).toEqual([...spanNames(kit), ...ofGuards].sort());
});
