/**
 * Who publishes rates: the European Central Bank and the National Bank of Ukraine, each read in its one shape and no other.
 *
 * What they send is text until it is checked: a rate is never a floating point number.
 */
import { z } from 'zod';
import { type Fetch, fetchText } from './fetch-text.ts';
import type { RateSheet } from './sheet.ts';

/** Somebody who publishes rates. `read` may wait for a network: it is never called inside a transaction. */
export interface RateProvider {
  /** Kept with every movement at its rates: `ECB`. 1 to 64 characters, of its own. */
  readonly name: string;
  /** What is published now. @throws {Error} It cannot be had, or is not what it should be. */
  read(options: { signal: AbortSignal }): Promise<RateSheet>;
}

/** What the option `rates` takes beside a table or a function of one's own. */
export type RateProviders = { readonly providers: readonly RateProvider[] };

export type ProviderOptions = {
  /** Where it is read; the provider's own address unless said. */
  readonly url?: string | undefined;
  /** Node's unless said. */
  readonly fetch?: Fetch | undefined;
  /** For the whole answer; 10,000 unless said. */
  readonly timeoutMilliseconds?: number | undefined;
};

/** More than either sends by far. */
const bytesMax = 1024 * 1024;
const ecbUrl = 'https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml';
const nbuUrl = 'https://bank.gov.ua/NBUStatService/v1/statdirectory/exchange?json';

/** The reference rates of the European Central Bank: working days, base EUR. */
export function ecbRates(options: ProviderOptions = {}): RateProvider {
  return {
    name: 'ECB',
    read: async ({ signal }) =>
      readEcb(await fetchText({ ...options, url: options.url ?? ecbUrl, bytesMax, signal })),
  };
}

/** The official rates of the National Bank of Ukraine, base UAH. */
export function nbuRates(options: ProviderOptions = {}): RateProvider {
  return {
    name: 'NBU',
    read: async ({ signal }) =>
      readNbu(await fetchText({ ...options, url: options.url ?? nbuUrl, bytesMax, signal })),
  };
}

/**
 * `<Cube><Cube time='2026-01-02'><Cube currency='USD' rate='1.0842'/>…`: what one euro is worth.
 * Not a reader of XML: every element of that name must be one of the three, and there are no entities.
 * Source: https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates
 *
 * @throws {Error} It is anything else.
 */
export function readEcb(text: string): RateSheet {
  if (/<!(?!--)/.test(text) || !/<\/(?:\w+:)?Envelope>\s*$/.test(text)) throw notOf('ECB');
  const cubes = [...text.matchAll(/<Cube\b([^<>]*)>/g)].map(([, attributes = '']) =>
    attributes.trim(),
  );
  const days = cubes.flatMap((cube) => /^time=(["'])(\d{4}-\d{2}-\d{2})\1$/.exec(cube)?.[2] ?? []);
  const lines = cubes.flatMap((cube) => {
    const match = /^currency=(["'])([A-Z]{3})\1\s+rate=(["'])([\d.]{1,25})\3\s*\/$/.exec(cube);
    return match ? [[match[2] as string, match[4] as string] as const] : [];
  });
  const outer = cubes.filter((cube) => cube === '').length;
  if (days.length !== 1 || outer !== 1 || cubes.length !== lines.length + 2) throw notOf('ECB');
  return {
    base: 'EUR',
    at: dayOf(days[0] as string),
    rates: unique(
      'ECB',
      lines.map(([unit, of]) => [unit, { of, per: '1' }]),
    ),
  };
}

const nbuLines = z
  .array(
    z.object({
      cc: z.string().regex(/^[A-Z]{3}$/),
      rate: z.string(),
      exchangedate: z.string().regex(/^\d{2}\.\d{2}\.\d{4}$/),
    }),
  )
  .min(1);

/**
 * `[{ "cc": "USD", "rate": 41.2345, "exchangedate": "02.01.2026" }, …]`: what one of each is worth in hryvnias.
 * Source: https://bank.gov.ua/en/open-data/api-dev
 *
 * @throws {Error} It is anything else.
 */
export function readNbu(text: string): RateSheet {
  // A number would be rounded in being read: it is kept as the digits that stand there.
  const quoted = text.replace(/(?<!\\)"rate"(\s*):(\s*)(\d[\d.]*)(?=\s*[,}])/g, '"rate"$1:$2"$3"');
  const lines = nbuLines.safeParse(parsed(quoted)).data;
  const [day, ...others] = new Set(lines?.map(({ exchangedate }) => exchangedate));
  if (!lines || day === undefined || others.length > 0) throw notOf('NBU');
  const [date, month, year] = day.split('.');
  return {
    base: 'UAH',
    at: dayOf(`${year}-${month}-${date}`),
    rates: unique(
      'NBU',
      lines.map(({ cc, rate }) => [cc, { of: '1', per: rate }]),
    ),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function unique(
  name: string,
  lines: readonly (readonly [string, { of: string; per: string }])[],
): RateSheet['rates'] {
  const rates = new Map(lines);
  if (rates.size !== lines.length) throw notOf(name);
  return Object.fromEntries(rates);
}

function dayOf(day: string): Date {
  const at = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(at.getTime())) throw new Error(`${day} is no day.`);
  return at;
}

function notOf(name: string): Error {
  return new Error(`What was sent is not a sheet of ${name}.`);
}
