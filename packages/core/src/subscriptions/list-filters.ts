/** Which subscriptions a list is of: every filter as one condition in SQL, states by the rules of `state.ts`. */
import { at, type Scope, type Statement, sql, ValidationError } from '../kernel/index.ts';
import {
  fault,
  type Instant,
  readCount,
  readInstant,
  readText,
  refuseUnreadable,
} from './input.ts';
import type { SubscriptionRow } from './rows.ts';
import { type SubscriptionStatus, stateAt, statuses, trialEndOf } from './state.ts';

/**
 * A predicate of SPEC 4. `not_canceled`: no end is set; `not_on_grace`: none to come; `not_on_trial`: no trial that is still to end.
 */
export const stateFilters = [
  'upcoming',
  'canceled',
  'not_canceled',
  'on_grace',
  'not_on_grace',
  'ended',
  'active',
  'on_trial',
  'not_on_trial',
  'paused',
  'past_due',
  'valid',
  'recurring',
  'infinite',
] as const;

export type StateFilter = (typeof stateFilters)[number];

/** From `from` on, before `until`. */
export type Within = { from?: Instant | undefined; until?: Instant | undefined };

export type SubscriptionFilters = {
  customer?: string | undefined;
  status?: SubscriptionStatus | undefined;
  state?: StateFilter | undefined;
  plan?: string | undefined;
  version?: number | undefined;
  /** It carries this feature. */
  feature?: string | undefined;
  created?: Within | undefined;
  /** Its end, as set, lies there. */
  ending?: Within | undefined;
  /** The end of its trial lies there. */
  trialEnding?: Within | undefined;
};

/** The keys of `SubscriptionFilters`. */
export const filterKeys = [
  ...['customer', 'status', 'state', 'plan', 'version', 'feature'],
  ...['created', 'ending', 'trialEnding'],
];

/** @throws {ValidationError} Names each filter that is none. */
export function readFilters(input: SubscriptionFilters, further: readonly string[]): void {
  refuseUnreadable(input, [...filterKeys, ...further]);
  const { status, state, version } = input;
  if (status !== undefined && !statuses.includes(status))
    throw fault('/status', `must be one of ${statuses.join(', ')}`);
  if (state !== undefined && !stateFilters.includes(state))
    throw fault('/state', `must be one of ${stateFilters.join(', ')}`);
  for (const key of ['customer', 'plan', 'feature'] as const)
    if (input[key] !== undefined) readText(input[key], `/${key}`);
  if (version !== undefined) readCount(version, '/version');
  for (const key of ['created', 'ending', 'trialEnding'] as const)
    readWithin(input[key], `/${key}`);
}

function readWithin(
  within: Within | undefined,
  pointer: string,
): { from: Date | null; until: Date | null } {
  if (within === undefined) return { from: null, until: null };
  if (typeof within !== 'object' || within === null || Array.isArray(within))
    throw new ValidationError([{ pointer, detail: 'must be { from, until }, either left out' }]);
  const unknown = Object.keys(within).find((key) => key !== 'from' && key !== 'until');
  if (unknown !== undefined)
    throw fault(`${pointer}/${unknown}`, 'is not known: send from and until');
  const { from, until } = within;
  return {
    from: from === undefined ? null : readInstant(from, `${pointer}/from`),
    until: until === undefined ? null : readInstant(until, `${pointer}/until`),
  };
}

/**
 * The filters over `subscription.*`. What is unpaid SQL does not see: where something may be, states are left to `isAmong`.
 */
export function filterStatement(scope: Scope, input: SubscriptionFilters): Statement {
  const { plan, version, feature } = input;
  const tenant = sql`${scope.tenant.id}::int`;
  const created = withinStatement(sql`subscription.created_at`, input.created, '/created');
  const ending = withinStatement(sql`subscription.ends_at`, input.ending, '/ending');
  const conditions = [created, ending, ...ofState(scope, input)];
  if (plan !== undefined)
    conditions.push(sql`subscription.plan_version_id in (
      select version.id
        from bursar.plan_versions as version
        join bursar.plans as plan on (plan.tenant_id, plan.id) = (version.tenant_id, version.plan_id)
       where (plan.tenant_id, plan.key) = (${tenant}, ${plan}::text))`);
  if (version !== undefined)
    conditions.push(sql`subscription.plan_version_id in (
      select id from bursar.plan_versions where (tenant_id, version) = (${tenant}, ${version}::int))`);
  if (feature !== undefined)
    conditions.push(sql`exists (
      select 1
        from bursar.subscription_items as item
        join bursar.features as feature on (feature.tenant_id, feature.id) = (item.tenant_id, item.feature_id)
       where (item.tenant_id, item.subscription_id) = (subscription.tenant_id, subscription.id)
         and feature.key = ${feature}::text)`);
  return conditions.reduce((all, one) => sql`${all} and ${one}`);
}

/** Reading a state costs a look at each pause: only where one is asked for. */
function ofState(scope: Scope, { status, state, trialEnding }: SubscriptionFilters): Statement[] {
  if (status === undefined && state === undefined && trialEnding === undefined) return [];
  const ofStatus = status === undefined ? sql`true` : sql`state.status = ${status}::text`;
  const is = state === undefined ? sql`true` : conditionOf(state, scope.now);
  const trial = withinStatement(sql`state.trial_ends_at`, trialEnding, '/trialEnding');
  const maybeUnpaid = scope.ports.paidPeriods ? sql`subscription.billing <> 'none'` : sql`false`;
  return [
    sql`exists (
      select 1
        from bursar.subscription_states_at(${at(scope.now)}::text::timestamptz) as state
       where (state.tenant_id, state.id) = (subscription.tenant_id, subscription.id)
         and ${trial} and (${maybeUnpaid} or (${ofStatus} and ${is})))`,
  ];
}

const columns: Readonly<Partial<Record<StateFilter, Statement>>> = {
  upcoming: sql`state.upcoming`,
  canceled: sql`state.canceled`,
  not_canceled: sql`not state.canceled`,
  on_grace: sql`state.on_grace`,
  not_on_grace: sql`not state.on_grace`,
  ended: sql`state.ended`,
  active: sql`state.active`,
  on_trial: sql`state.on_trial`,
  paused: sql`state.paused`,
  valid: sql`state.valid`,
  recurring: sql`state.recurring`,
  infinite: sql`state.infinite`,
};

function conditionOf(state: StateFilter, now: Date): Statement {
  if (state === 'not_on_trial')
    return sql`coalesce(state.trial_ends_at <= ${at(now)}::text::timestamptz, true)`;
  return columns[state] ?? sql`false`;
}

/** Whether a row that was read is of the state that is asked for, what is unpaid included. */
export function isAmong(
  row: SubscriptionRow,
  { status, state }: SubscriptionFilters,
  now: Date,
): boolean {
  const facts = stateAt(row, now);
  if (status !== undefined && facts.status !== status) return false;
  if (state === undefined) return true;
  const trialEnd = trialEndOf(row, now);
  const { upcoming, canceled, ended, active, paused, valid, recurring, infinite } = facts;
  return {
    ...{ upcoming, canceled, ended, active, paused, valid, recurring, infinite },
    ...{ not_canceled: !canceled, on_grace: facts.onGrace, not_on_grace: !facts.onGrace },
    ...{ on_trial: facts.onTrial, not_on_trial: trialEnd === null || trialEnd <= now },
    past_due: facts.pastDue,
  }[state];
}

function withinStatement(
  column: Statement,
  within: Within | undefined,
  pointer: string,
): Statement {
  const { from, until } = readWithin(within, pointer);
  const after = from === null ? sql`true` : sql`${column} >= ${at(from)}::text::timestamptz`;
  const before = until === null ? sql`true` : sql`${column} < ${at(until)}::text::timestamptz`;
  return within === undefined ? sql`true` : sql`${column} is not null and ${after} and ${before}`;
}
