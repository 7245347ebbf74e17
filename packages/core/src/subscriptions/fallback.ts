/**
 * What becomes of a subscription that nobody pays and whose plan names another to fall back to: that one, from the end of the
 * past-due window on, by the clock. Without one, or where that wants to be paid too, it ends (SPEC 4.37).
 */
import { newestVersion } from '../catalog/index.ts';
import type { Scope } from '../kernel/index.ts';
import { changeTo } from './agree-change.ts';
import { changed } from './plan-change.ts';
import { findVersion } from './plan-version.ts';
import type { SubscriptionRow } from './rows.ts';
import { unpaidEnd } from './state.ts';

/** The rows as they are at `at`. */
export async function fallenBack(
  scope: Scope,
  rows: readonly SubscriptionRow[],
  at: Date,
): Promise<SubscriptionRow[]> {
  const all = [];
  for (const row of rows) all.push(await fallBack(scope, row, at));
  return all;
}

async function fallBack(scope: Scope, row: SubscriptionRow, at: Date): Promise<SubscriptionRow> {
  const moment = unpaidEnd(row);
  if (moment === null || moment > at || row.plan === null) return row;
  if (row.endsAt !== null && row.endsAt <= moment) return row;
  const { fallback } = (await findVersion(scope, row.plan, row.version)).plan;
  const to = fallback === null ? null : await newestVersion(scope, fallback);
  if (to?.plan.billing !== 'none' || to.familyId !== row.familyId) return row;
  const isReanchored = row.period !== to.plan.period;
  const { currency } = row;
  const change = changeTo(scope, row, to, { isReanchored, usage: 'keep', currency });
  const fallen = changed(row, change, moment, new Map());
  return { ...fallen, unpaidSince: null, overdue: { change, at: moment } };
}
