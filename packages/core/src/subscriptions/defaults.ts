/**
 * The default plan of a family: what a customer has while no subscription of the family runs, without a row.
 *
 * Its periods count from the customer's creation, and each period has the version that was newest when it began,
 * so each is the same whoever asks and whatever came between.
 */
import { defaultPlans, type PlanSpec, versionById } from '../catalog/index.ts';
import type { CustomerRow } from '../customers/index.ts';
import {
  at as bound,
  instant,
  integer,
  json,
  type Row,
  type Scope,
  sql,
  text,
  textOrNull,
} from '../kernel/index.ts';
import { type Calendar, windowAt } from './calendar.ts';
import { itemsOfPlan } from './items.ts';
import type { SubscriptionRow } from './rows.ts';
import { earliest, type Source } from './sources.ts';
import { stateAt } from './state.ts';

export type Defaults = {
  readonly sources: readonly Source[];
  /** Families that have a default: a subscription of one of them that begins or ends changes what applies. */
  readonly families: ReadonlySet<string>;
  /** When one of the sources may be replaced by a newer version. */
  readonly nextVersionAt: Date | null;
};

/** Leads the quota references of a default plan; a subscription that writes the default down keeps it. */
export function defaultReference(customerId: number, plan: PlanSpec): string {
  return `default/${customerId}/${plan.family ?? plan.key}`;
}

/**
 * The default plans in force at `at`, given all subscriptions that may run then.
 * @param input.rows Paused and past due ones hold their family, upcoming ones do not.
 */
export async function defaultSources(
  scope: Scope,
  { customer, rows, at }: { customer: CustomerRow; rows: readonly SubscriptionRow[]; at: Date },
): Promise<Defaults> {
  const plans = defaultPlans(scope);
  const held = new Set(rows.filter((row) => stateAt(row, at).active).map((row) => row.family));
  const vacant = plans.filter((plan) => plan.family === null || !held.has(plan.family));
  const versions = await versionsOf(scope, { plans: vacant.map((plan) => plan.key), at });
  const sources: Source[] = [];
  const ends: (Date | null)[] = [];
  for (const code of vacant) {
    const known = versions.filter((version) => version.plan === code.key);
    const plan = await inForce(scope, { customer, code, versions: known, at });
    sources.push(sourceOfDefault(scope, customer, plan));
    ends.push(windowAt(calendarOf(customer, plan.period), 'period', at)?.endsAt ?? null);
  }
  const families = new Set(plans.flatMap((plan) => plan.family ?? []));
  return { sources, families, nextVersionAt: earliest(ends) };
}

function calendarOf({ createdAt, timeZone }: CustomerRow, period: string | null): Calendar {
  return { anchor: createdAt, timeZone, period, shifts: [], pausedAt: null, resumesAt: null };
}

function sourceOfDefault(scope: Scope, customer: CustomerRow, plan: PlanSpec): Source {
  return {
    ...calendarOf(customer, plan.period),
    kind: 'default',
    reference: defaultReference(customer.id, plan),
    subscription: null,
    plan: plan.key,
    startsAt: customer.createdAt,
    endsAt: null,
    suspended: false,
    items: itemsOfPlan(scope, plan),
  };
}

type VersionRow = {
  readonly plan: string;
  readonly id: number;
  readonly period: string | null;
  readonly createdAt: Date;
};

/** More editions of one plan than anyone makes within one of its periods. */
const versionsMax = 200;

async function versionsOf(
  scope: Scope,
  { plans, at }: { plans: readonly string[]; at: Date },
): Promise<VersionRow[]> {
  if (plans.length === 0 || scope.tenant.id === 0) return [];
  return scope.many(
    sql`
    select plan.key as plan, version.id, version.definition ->> 'period' as period, version.created_at
      from bursar.plans as plan
      join bursar.plan_versions as version on (version.tenant_id, version.plan_id) = (plan.tenant_id, plan.id)
     where plan.tenant_id = ${scope.tenant.id}::int
       and plan.key in (select key from jsonb_array_elements_text(${json(plans)}::text::jsonb) as key)
       and version.created_at <= ${bound(at)}::text::timestamptz
     order by version.version desc
     limit ${versionsMax}::int`,
    readVersion,
  );
}

function readVersion(row: Row): VersionRow {
  return {
    plan: text(row.plan),
    id: integer(row.id),
    period: textOrNull(row.period),
    createdAt: instant(row.created_at),
  };
}

/** The version that was newest when the current period began; the first one where none was; the code's where none is stored. */
async function inForce(
  scope: Scope,
  input: { customer: CustomerRow; code: PlanSpec; versions: readonly VersionRow[]; at: Date },
): Promise<PlanSpec> {
  const { customer, code, versions, at } = input;
  const [newest] = versions;
  if (!newest) return code;
  const start =
    windowAt(calendarOf(customer, newest.period), 'period', at)?.startsAt ?? customer.createdAt;
  const chosen =
    versions.find((version) => version.createdAt <= start) ?? versions.at(-1) ?? newest;
  return (await versionById(scope, chosen.id)).plan;
}
