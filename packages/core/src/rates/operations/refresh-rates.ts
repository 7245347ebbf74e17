/** Fetching what providers publish: when it is due, or because somebody asks. */
import type { Scope } from '../../kernel/index.ts';
import { getSetting } from '../../settings/index.ts';
import { type Fetched, keptSheets } from '../desk.ts';
import { isYoung } from '../find-rate.ts';

/** A provider, and what is known of its last sheet. */
export type RateSource = {
  readonly provider: string;
  readonly base: string | null;
  readonly publishedAt: Date | null;
  readonly fetchedAt: Date | null;
  /** Whether its rates are used: it is younger than the setting `rates.maxAge`. */
  readonly isUsed: boolean;
  readonly currencies: number;
};

/** Sheets change once a day, and the age they may have is 26 hours: four tries a day leave room for failing. */
const dueMilliseconds = 6 * 3_600_000;

/**
 * Fetches the sheets that are due, six hours after the last, or all of them now. Not inside a transaction.
 * @returns What became of each provider: one that fails stops no other.
 */
export async function refreshRates(
  scope: Scope,
  { now }: { now: boolean },
): Promise<readonly { readonly provider: string; readonly status: Fetched }[]> {
  const desk = scope.ports.rateDesk;
  const since = now ? scope.now : new Date(scope.now.getTime() - dueMilliseconds);
  return Promise.all(
    (desk?.providers ?? []).map(async (provider) => ({
      provider: provider.name,
      status: (await desk?.fetch(scope, provider, since)) ?? 'failed',
    })),
  );
}

/** The providers in their order. */
export async function listSources(scope: Scope): Promise<readonly RateSource[]> {
  const providers = scope.ports.rateDesk?.providers ?? [];
  const age = await getSetting(scope, 'rates.maxAge');
  const sheets = await keptSheets(scope, providers);
  return providers.map(({ name }) => {
    const sheet = sheets.find(({ provider }) => provider === name);
    return {
      ...{ provider: name, base: sheet?.base ?? null },
      ...{ publishedAt: sheet?.at ?? null, fetchedAt: sheet?.fetchedAt ?? null },
      isUsed: sheet ? isYoung(sheet, age, scope.now) : false,
      currencies: sheet ? Object.keys(sheet.rates).length + 1 : 0,
    };
  });
}
