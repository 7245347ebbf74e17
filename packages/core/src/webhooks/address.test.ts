/** Where a webhook may go: what is not public is refused however it is written, and before anything is sent. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { arePublic, faultOfUrl, isPublicAddress } from './address.ts';
import { post } from './post.ts';

const publicOnly = { allowPrivate: false };

test.each([
  ...['127.0.0.1', '127.8.8.8', '0.0.0.0', '10.0.0.1', '172.16.0.1', '172.31.255.255'],
  ...['192.168.1.1', '169.254.169.254', '100.64.0.1', '192.0.0.1', '192.0.2.1', '198.18.0.1'],
  ...['224.0.0.1', '240.0.0.1', '255.255.255.255', '::', '::1', 'fe80::1', 'fc00::1', 'fd12::1'],
  ...['::ffff:127.0.0.1', '::ffff:10.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::', '2001:db8::1'],
  ...['::7f00:1', '::a00:1', '1::1', '4000::1', 'ff02::1', 'no address', ''],
])('%s is not public', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(['1.1.1.1', '8.8.8.8', '172.32.0.1', '2606:4700:4700::1111', '::ffff:1.1.1.1'])(
  '%s is public',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

test.each([
  ['https://example.com/hook', null],
  ['https://example.com:8443/hook?a=b', null],
  ['http://example.com/hook', 'https'],
  ['ftp://example.com', 'https'],
  ['https://user:secret@example.com', 'password'],
  ['https://example.com/#part', 'fragment'],
  ['https://localhost/hook', 'public'],
  ['https://LOCALHOST./hook', 'public'],
  ['https://api.localhost/hook', 'public'],
  ['https://127.0.0.1/hook', 'public'],
  ['https://2130706433/hook', 'public'],
  ['https://0x7f.1/hook', 'public'],
  ['https://0177.0.0.1/hook', 'public'],
  ['https://[::1]/hook', 'public'],
  ['https://[::ffff:127.0.0.1]/hook', 'public'],
  ['https://[::127.0.0.1]/hook', 'public'],
  ['https://169.254.169.254/latest/meta-data', 'public'],
  ['not a url', 'URL'],
  [`https://example.com/${'a'.repeat(2000)}`, 'URL'],
])('%s as an endpoint', (url, fault) => {
  const said = faultOfUrl(url, publicOnly);
  if (fault === null) expect(said).toBeNull();
  else expect(said).toContain(fault);
});

test('the switch for development lets http and private addresses through, and nothing else', () => {
  expect(faultOfUrl('http://127.0.0.1:3000/hook', { allowPrivate: true })).toBeNull();
  expect(faultOfUrl('ftp://127.0.0.1/', { allowPrivate: true })).toContain('https');
  expect(faultOfUrl('http://a:b@127.0.0.1/', { allowPrivate: true })).toContain('password');
});

test('a name that leads to one private address among public ones is not sent to', () => {
  const among = (...all: string[]) => all.map((address) => ({ address, family: 4 }));

  expect(arePublic(among('1.1.1.1', '8.8.8.8'))).toBe(true);
  expect(arePublic(among('1.1.1.1', '10.0.0.1'))).toBe(false);
  expect(arePublic(among('10.0.0.1', '1.1.1.1'))).toBe(false);
  expect(arePublic([])).toBe(false);
});

test('of all addresses of a private network none is public', () => {
  const byte = fc.integer({ min: 0, max: 255 });
  const privates = fc.oneof(
    fc.tuple(fc.constant(10), byte, byte, byte),
    fc.tuple(fc.constant(127), byte, byte, byte),
    fc.tuple(fc.constant(192), fc.constant(168), byte, byte),
    fc.tuple(fc.constant(169), fc.constant(254), byte, byte),
    fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), byte, byte),
  );
  fc.assert(
    fc.property(privates, (bytes) => {
      const address = bytes.join('.');
      const asNumber = bytes.reduce((sum, one) => sum * 256 + one, 0);
      expect(isPublicAddress(address)).toBe(false);
      expect(isPublicAddress(`::ffff:${address}`)).toBe(false);
      expect(faultOfUrl(`https://${asNumber}/`, publicOnly)).toContain('public');
    }),
  );
});

let asked = 0;
const server = createServer((_, response) => {
  asked += 1;
  response.end();
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));

test.each(['localhost', '127.0.0.1', '[::1]'])(
  'a connection to %s is refused where it is made, whatever was checked before',
  async (host) => {
    const { port } = server.address() as AddressInfo;
    const sent = { headers: {}, body: '{}', timeoutMilliseconds: 5_000 };
    const given = { ...sent, url: `http://${host}:${port}/`, signal: new AbortController().signal };

    const posted = await post({ ...given, allowPrivate: false });

    expect(posted).toMatchObject({ status: null, error: expect.stringContaining('not public') });
    expect(asked).toBe(0);
  },
);
