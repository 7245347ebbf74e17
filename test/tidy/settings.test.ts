/** Every declared setting is read by some rule: a value that an operator may change and nothing obeys would be a lie. */
import { expect, test } from 'vitest';
import { definitions } from '../../packages/core/src/settings/definitions.ts';
import { readSources } from './source.ts';

const rules = readSources(['packages/core/src']).filter(
  ({ path, isTest }) => !isTest && !path.includes('/src/settings/'),
);

test.each(Object.keys(definitions))('%s is read by a rule', (key) => {
  const readers = rules.filter(({ text }) => text.includes(`'${key}'`));

  expect(readers.map(({ path }) => path)).not.toEqual([]);
});

test('the titles of settings are one sentence each, and no two say the same', () => {
  const titles = Object.values(definitions).map(({ title }) => title);

  expect(new Set(titles).size).toBe(titles.length);
  expect(titles.filter((title) => !/^[A-Z].*[^.]$/.test(title))).toEqual([]);
});
