/**
 * The README's snippets compile as they stand, against the sources, and its commands are those of package.json.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compile, root, snippetsOf } from './snippets.ts';

const { snippets, count } = snippetsOf('README.md');

test('every TypeScript block names its file and compiles', () => {
  expect(snippets.length).toBe(count);
  expect(snippets.length).toBeGreaterThanOrEqual(5);
  expect(compile(snippets)).toEqual([]);
}, 60_000);

test('a key that the catalogue does not have would not compile', () => {
  const wrong = snippets.map((snippet) => ({
    ...snippet,
    text: snippet.text.replaceAll("subscribed('reports')", "subscribed('reprots')"),
  }));

  expect(compile(wrong).join('\n')).toMatch(/"reprots"/);
}, 60_000);

test('the commands it names are there', () => {
  const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
    scripts: Record<string, string>;
  };
  const named = [...readFileSync(`${root}README.md`, 'utf8').matchAll(/^npm (?:run )?(\w+) /gm)];

  expect(named.length).toBeGreaterThanOrEqual(3);
  for (const [, name] of named) expect(scripts).toHaveProperty(String(name));
});
