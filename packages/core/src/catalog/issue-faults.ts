/** What zod found, in the words of a catalogue's author: where it stands, and what to write. */
import type { z } from 'zod';
import type { Fault } from '../kernel/index.ts';

/** One fault per mistake; `at` is the pointer to what was checked, '' for the whole catalogue. */
export function faultsOf(issues: readonly z.core.$ZodIssue[], at = ''): Fault[] {
  return issues.flatMap((issue) => {
    const pointer = [at, ...issue.path.map(String)].join('/');
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        pointer: `${pointer}/${key}`,
        detail: 'is no option here',
      }));
    if (issue.code === 'invalid_key')
      return issue.issues.map(({ message }) => ({ pointer, detail: message }));
    return [{ pointer, detail: issue.message }];
  });
}
