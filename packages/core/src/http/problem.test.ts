/** Any thrown value as a response: ours in our words, theirs below 500 as they are, the rest told nothing. */
import { expect, test } from 'vitest';
import { DatabaseError, InvalidAmountError, ValidationError } from '../kernel/index.ts';
import { MediaTypeError, TooLargeError } from './errors.ts';
import { toProblem } from './problem.ts';

test('an error of the kit carries its code, its status and the fields that were wrong', () => {
  const error = new ValidationError([{ pointer: '/plan', detail: 'must be a string' }]);

  expect(toProblem(error, { instance: '/billing/x?secret=1', requestId: 'r-1' })).toEqual({
    status: 422,
    headers: { 'content-type': 'application/problem+json' },
    body: {
      type: 'urn:bursar:problem:validation',
      title: 'Validation',
      status: 422,
      detail: '/plan: must be a string',
      code: 'validation',
      errors: [{ pointer: '/plan', detail: 'must be a string' }],
      instance: '/billing/x',
      requestId: 'r-1',
    },
  });
});

test('a wrong amount names its field, an unreachable database says when to come back', () => {
  expect(toProblem(new InvalidAmountError(1.5, 'a whole number')).body).toMatchObject({
    code: 'invalid_amount',
    errors: [{ pointer: '/amount', detail: 'must be a whole number' }],
  });
  expect(toProblem(new DatabaseError('gone'))).toMatchObject({
    status: 503,
    headers: { 'retry-after': '1' },
  });
});

test('what a body parser refused is malformed, too_large or unsupported_media_type', () => {
  const ofExpress = { type: 'entity.parse.failed', statusCode: 400, message: 'Unexpected token' };
  const ofFastify = { code: 'FST_ERR_CTP_BODY_TOO_LARGE', statusCode: 413, message: 'too large' };

  expect(toProblem(ofExpress)).toMatchObject({ status: 400, body: { code: 'malformed' } });
  expect(toProblem(ofFastify)).toMatchObject({ status: 413, body: { code: 'too_large' } });
  expect(toProblem(new TooLargeError('x')).status).toBe(413);
  expect(toProblem(new MediaTypeError('x')).body).toMatchObject({
    status: 415,
    code: 'unsupported_media_type',
  });
});

test.each([new Error('a secret'), 'a secret', null, { statusCode: 503, message: 'a secret' }])(
  'what is not ours and no 4xx tells nothing',
  (error) => {
    const problem = toProblem(error);

    expect(problem.body).toMatchObject({ type: 'about:blank', status: 500, code: 'internal' });
    expect(JSON.stringify(problem)).not.toContain('secret');
  },
);
