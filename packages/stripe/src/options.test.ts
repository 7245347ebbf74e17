/** A gateway that cannot work is not made, and no refusal repeats what was given. */
import { expect, test } from 'vitest';
import { stripe } from './stripe.ts';

const good = { secretKey: 'sk_test_1', webhookSecret: 'whsec_1' };

test.each([
  ['no options', undefined],
  ['no secret key', { webhookSecret: 'whsec_1' }],
  ['an empty secret key', { ...good, secretKey: '' }],
  ['a blank secret key', { ...good, secretKey: ' ' }],
  ['a secret key with its line end', { ...good, secretKey: 'sk_test_1\n' }],
  ['a publishable key', { ...good, secretKey: 'pk_test_1' }],
  ['no webhook secret', { secretKey: 'sk_test_1' }],
  ['an empty webhook secret', { ...good, webhookSecret: '' }],
  ['no webhook secret among several', { ...good, webhookSecret: [] }],
  ['an empty one among several', { ...good, webhookSecret: ['whsec_1', ''] }],
  ['an unknown option', { ...good, webhookSecrets: 'whsec_1' }],
  ['an address with a path', { ...good, apiBase: 'http://127.0.0.1:1/v1' }],
  ['what is no address', { ...good, apiBase: 'stripe' }],
  ['a live key without TLS', { ...good, secretKey: 'sk_live_1', apiBase: 'http://127.0.0.1:1' }],
  ['no time at all', { ...good, timeoutMilliseconds: 0 }],
  ['any age of a webhook', { ...good, toleranceSeconds: Number.POSITIVE_INFINITY }],
])('%s is refused at once', (_, options) => {
  const refused = expect.objectContaining({
    code: 'configuration',
    message: expect.not.stringMatching(/_test_1|_live_1|whsec_1/),
  });

  expect(() => stripe(options as never)).toThrow(refused);
});

test('a secret key and a webhook secret are enough', () => {
  expect(stripe(good).name).toBe('stripe');
});
