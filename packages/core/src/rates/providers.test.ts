/** Providers, against servers that lie: what is not the one shape, too long, too slow, or no answer is refused, and is not a rate. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { ecbRates, nbuRates, readEcb, readNbu } from './providers.ts';
import { checkSheet, rateOn } from './sheet.ts';

const cubes = `<Cube currency='USD' rate='1.0842'/><Cube currency="JPY" rate="163.05"/>`;
const ecb = (lines = cubes, day = '2026-01-02') => `<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
  <gesmes:subject>Reference rates</gesmes:subject>
  <Cube>
    <Cube time='${day}'>${lines}</Cube>
  </Cube>
</gesmes:Envelope>`;
const line = (cc: string, rate: unknown, exchangedate = '02.01.2026') =>
  `{"r030":1,"txt":"says \\"rate\\": 7","rate":${rate},"cc":"${cc}","exchangedate":"${exchangedate}"}`;
const nbu = (...lines: string[]) => `[${lines.join(',\n')}]`;

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function served(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const signal = new AbortController().signal;

test('the sheet of the European Central Bank is what one euro is worth, as the digits that stand there', () => {
  expect(readEcb(ecb())).toEqual({
    ...{ base: 'EUR', at: new Date('2026-01-02') },
    rates: { USD: { of: '1.0842', per: '1' }, JPY: { of: '163.05', per: '1' } },
  });
});

test('the sheet of the National Bank of Ukraine is what one of each is worth in hryvnias, digit for digit', () => {
  expect(readNbu(nbu(line('USD', '41.234500000001'), line('JPY', '0.27')))).toEqual({
    ...{ base: 'UAH', at: new Date('2026-01-02') },
    rates: { USD: { of: '1', per: '41.234500000001' }, JPY: { of: '1', per: '0.27' } },
  });
});

test('between two units of a sheet the rate is their exact quotient, each way', () => {
  const sheet = readNbu(nbu(line('USD', '41.2'), line('EUR', '44.7')));

  expect(rateOn(sheet, { from: 'EUR', to: 'USD' }, 'NBU')).toMatchObject({
    of: '44.7',
    per: '41.2',
  });
  expect(rateOn(sheet, { from: 'USD', to: 'UAH' }, 'NBU')).toMatchObject({ of: '41.2', per: '1' });
  expect(rateOn(sheet, { from: 'UAH', to: 'USD' }, 'NBU')).toMatchObject({ of: '1', per: '41.2' });
  expect(rateOn(sheet, { from: 'USD', to: 'toString' }, 'NBU')).toBeNull();
});

test.each([
  ['nothing', ''],
  ['a page', '<html><body>Sorry</body></html>'],
  ['one that was cut off', ecb().slice(0, -20)],
  ['an entity', ecb().replace('?>', '?><!DOCTYPE x [<!ENTITY a "1">]>')],
  ['no day', ecb().replace(/time='[^']*'/, '')],
  ['a day that is none', ecb(cubes, '2026-13-41')],
  ['two days', ecb(`${cubes}<Cube time='2026-01-01'>`)],
  ['a currency twice', ecb(`${cubes}<Cube currency='USD' rate='9'/>`)],
  ['an element of another shape', ecb(`${cubes}<Cube currency='CHF' rate='1' multiplier='100'/>`)],
  ['an exponent', ecb(`<Cube currency='USD' rate='1e3'/>`)],
  ['a negative rate', ecb(`<Cube currency='USD' rate='-1'/>`)],
])('a sheet of the European Central Bank with %s is refused', (_, text) => {
  expect(() => readEcb(text)).toThrow();
});

test.each([
  ['nothing', ''],
  ['an object', '{"rate":1}'],
  ['an empty list', '[]'],
  ['a rate in words', nbu(line('USD', '"many"'))],
  ['an exponent', nbu(line('USD', '4e1'))],
  ['no rate', nbu(line('USD', 'null'))],
  ['two days', nbu(line('USD', '41'), line('EUR', '44', '03.01.2026'))],
  ['a currency twice', nbu(line('USD', '41'), line('USD', '42'))],
])('a sheet of the National Bank of Ukraine with %s is refused', (_, text) => {
  expect(() => checkSheet(readNbu(text), new Date('2026-01-02'))).toThrow();
});

test.each([
  ['zero', { USD: { of: '0.00', per: '1' } }],
  ['a number', { USD: { of: 1.5 as never, per: '1' } }],
  ['thirteen digits', { USD: { of: '1234567890123', per: '1' } }],
  ['its own base', { EUR: { of: '1', per: '1' } }],
  ['nothing', {}],
])('a sheet of a provider of one’s own with %s is refused', (_, rates) => {
  const at = new Date('2026-01-02');
  expect(() => checkSheet({ base: 'EUR', rates, at }, at)).toThrow();
});

test('a sheet that is stale, or of a day far ahead, is refused; a long weekend is not', () => {
  const sheet = readEcb(ecb());

  expect(() => checkSheet(sheet, new Date('2026-01-13'))).toThrow();
  expect(() => checkSheet(sheet, new Date('2025-12-20'))).toThrow();
  expect(checkSheet(sheet, new Date('2026-01-07'))).toBe(sheet);
});

test.each([
  ['500', 500],
  ['404', 404],
  ['a redirect', 302],
])('an answer of %s is no sheet', async (_, status) => {
  const url = await served((_request, response) => {
    response.writeHead(status, { location: '/elsewhere' }).end(ecb());
  });

  await expect(ecbRates({ url }).read({ signal })).rejects.toThrow();
});

test('a body that does not end is read no further than its limit', async () => {
  let sent = 0;
  const url = await served((_request, response) => {
    const chunk = Buffer.alloc(64 * 1024, ' ');
    const more = () => {
      while (!response.destroyed && response.write(chunk)) sent += chunk.length;
    };
    response.on('drain', more).writeHead(200);
    more();
  });

  await expect(nbuRates({ url }).read({ signal })).rejects.toThrow('longer than');
  expect(sent).toBeLessThan(64 * 1024 * 1024);
});

test('a body that drips is given up at the time-out, and so is one that never begins', async () => {
  const drips = await served((_request, response) => {
    response.writeHead(200).write('<');
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(timer));
  });
  const silent = await served(() => {});
  const timeoutMilliseconds = 150;

  const began = performance.now();
  for (const url of [drips, silent])
    await expect(ecbRates({ url, timeoutMilliseconds }).read({ signal })).rejects.toMatchObject({
      name: 'TimeoutError',
    });

  expect(performance.now() - began).toBeGreaterThan(290);
});

test('an answer as it should be is a sheet', async () => {
  const url = await served((_request, response) => response.end(ecb()));

  expect((await ecbRates({ url }).read({ signal })).rates.USD).toEqual({ of: '1.0842', per: '1' });
});

test('the network is the one that is handed in', async () => {
  const asked: string[] = [];
  const provider = nbuRates({
    fetch: async (url) => {
      asked.push(url);
      return new Response(nbu(line('USD', '41')));
    },
  });

  expect((await provider.read({ signal })).base).toBe('UAH');
  expect(asked).toEqual([expect.stringContaining('json')]);
});
