/** Triggers as a host writes them: what is misspelt is found at once. */
import { expect, test } from 'vitest';
import { triggers } from '#test/referrers.ts';
import { readTriggers } from './trigger-options.ts';

test('what no trigger has is refused when the kit is made', () => {
  for (const wrong of [
    { base: () => null },
    { capabilities: { exclusiv: true } },
    { capabilities: { fixed: 'no' } },
    { payload: {} },
    { label: '' },
    null,
  ])
    expect(() => readTriggers({ wrong } as never)).toThrow(
      expect.objectContaining({ code: 'configuration' }),
    );
  expect(readTriggers(triggers)).toBe(triggers);
});
