/** What receivers check with the official library of Standard Webhooks. */
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { newSecret, signedHeaders } from './signature.ts';

const at = new Date();

test('any body is verified under its secret, and under no other, and not when it was changed', () => {
  fc.assert(
    fc.property(fc.json(), (body) => {
      const secret = newSecret();
      const headers = signedHeaders({ id: 'evt_1', at, body, secrets: [secret] });

      expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
      expect(() => new Webhook(newSecret()).verify(body, headers)).toThrow();
      expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow();
      const other = { ...headers, 'webhook-id': 'evt_2' };
      expect(() => new Webhook(secret).verify(body, other)).toThrow();
    }),
    { numRuns: 50 },
  );
});

test('two secrets sign while one is being changed', () => {
  const secrets = [newSecret(), newSecret()];
  const headers = signedHeaders({ id: 'evt_1', at, body: '{}', secrets });

  for (const secret of secrets) expect(new Webhook(secret).verify('{}', headers)).toEqual({});
});

test('an old signature is refused by the receiver', () => {
  const secret = newSecret();
  const long = new Date(at.getTime() - 600_000);
  const headers = signedHeaders({ id: 'evt_1', at: long, body: '{}', secrets: [secret] });

  expect(() => new Webhook(secret).verify('{}', headers)).toThrow();
});

test('secrets are 32 random bytes', () => {
  const secrets = Array.from({ length: 100 }, newSecret);

  expect(new Set(secrets).size).toBe(100);
  for (const secret of secrets) {
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  }
});
