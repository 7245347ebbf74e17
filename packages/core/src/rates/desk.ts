/**
 * Fetching sheets and keeping them. Of all processes one fetches a provider's at a time; within one, all who want it share it.
 *
 * A lease of a minute, by the database's clock, is also the pause after a failure: a provider that is down is not besieged.
 */
import { at, document, instant, json, type Row, type Scope, sql, text } from '../kernel/index.ts';
import type { RateProvider } from './providers.ts';
import { checkSheet, type RateSheet } from './sheet.ts';

declare module '../kernel/scope.ts' {
  interface Ports {
    readonly rateDesk?: RateDesk | undefined;
  }
}

/** `waiting`: somebody else is at it, or it failed less than a minute ago. */
export type Fetched = 'fetched' | 'failed' | 'waiting';

export type RateDesk = {
  readonly providers: readonly RateProvider[];
  /**
   * Fetches a sheet that is older than `since`, and keeps it. Not inside a transaction. Never throws for what the provider does.
   */
  fetch(scope: Scope, provider: RateProvider, since: Date): Promise<Fetched>;
  /** Ends what is being waited for. */
  close(): void;
};

/** A kept sheet, with when it was fetched. */
export type KeptSheet = RateSheet & { readonly provider: string; readonly fetchedAt: Date };

/** A desk that has fetched nothing yet. */
export function createRateDesk(providers: readonly RateProvider[]): RateDesk {
  const underway = new Map<string, Promise<Fetched>>();
  const closing = new AbortController();
  return {
    providers,
    fetch(scope, provider, since) {
      const running = underway.get(provider.name);
      if (running) return running;
      const mine = fetchOnce(scope, { provider, since, signal: closing.signal }).finally(() =>
        underway.delete(provider.name),
      );
      underway.set(provider.name, mine);
      return mine;
    },
    close: () => closing.abort(),
  };
}

type Errand = { provider: RateProvider; since: Date; signal: AbortSignal };

async function fetchOnce(scope: Scope, { provider, since, signal }: Errand): Promise<Fetched> {
  if (scope.inTransaction) throw new Error('Rates are not fetched inside a transaction.');
  const { name } = provider;
  await scope.run(
    sql`insert into bursar.rate_sheets (provider) values (${name}::text) on conflict do nothing`,
  );
  const isMine = await scope.maybeOne(
    sql`
    update bursar.rate_sheets set leased_until = now() + interval '1 minute'
     where provider = ${name}::text and (leased_until is null or leased_until < now())
       and (fetched_at is null or fetched_at <= ${at(since)}::text::timestamptz)
    returning provider`,
    (row) => text(row.provider),
  );
  if (isMine === null) return 'waiting';
  try {
    const sheet = checkSheet(await provider.read({ signal }), scope.now);
    return (await keep(scope, name, sheet)) ? 'fetched' : 'failed';
  } catch (err) {
    scope.logger.warn({ err, provider: name }, 'Rates cannot be fetched');
    return 'failed';
  }
}

/** An older sheet than the one that is known, as a cache on the way may give, is not taken. */
async function keep(scope: Scope, name: string, sheet: RateSheet): Promise<boolean> {
  const kept = await scope.maybeOne(
    sql`
    update bursar.rate_sheets
       set base = ${sheet.base}::text, rates = ${json(sheet.rates)}::text::jsonb, leased_until = null,
           published_at = ${at(sheet.at)}::text::timestamptz, fetched_at = ${at(scope.now)}::text::timestamptz
     where provider = ${name}::text and (published_at is null or published_at <= ${at(sheet.at)}::text::timestamptz)
    returning provider`,
    (row) => text(row.provider),
  );
  if (kept === null)
    scope.logger.warn({ provider: name }, 'Rates are older than those that are known');
  return kept !== null;
}

/** The kept sheets of these providers, in their order. */
export async function keptSheets(
  scope: Scope,
  providers: readonly RateProvider[],
): Promise<readonly KeptSheet[]> {
  const names = providers.map(({ name }) => name);
  const rows = await scope.many(
    sql`
    select provider, base, rates, published_at, fetched_at from bursar.rate_sheets
     where provider in (select jsonb_array_elements_text(${json(names)}::text::jsonb)) and fetched_at is not null`,
    readSheet,
  );
  return names.flatMap((name) => rows.find(({ provider }) => provider === name) ?? []);
}

function readSheet(row: Row): KeptSheet {
  return {
    ...{ provider: text(row.provider), base: text(row.base), at: instant(row.published_at) },
    ...{ rates: document<RateSheet['rates']>(row.rates), fetchedAt: instant(row.fetched_at) },
  };
}
