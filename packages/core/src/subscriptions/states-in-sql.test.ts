/** The states that SQL computes are those of the function, of any subscription at any instant. */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { describeMigrated } from '#test/kernel.ts';
import { openProcess } from '#test/subscriptions.ts';
import { at, type Database, json, type Row, type Scope, sql } from '../kernel/index.ts';
import type { ScheduledChange } from './agreed.ts';
import type { Shift } from './calendar.ts';
import { createSubscription } from './operations/create-subscription.ts';
import { rowAt, scheduledAt } from './plan-change.ts';
import { findSubscription } from './queries.ts';
import type { SubscriptionRow } from './rows.ts';
import { stateAt, trialEndOf } from './state.ts';

const start = new Date('2026-01-31T10:00:00.000Z');
const days = (count: number) => new Date(start.getTime() + count * 86_400_000);
const some = (min: number, max: number) => fc.option(fc.integer({ min, max }), { freq: 3 });

const stories = fc.record({
  startsAt: fc.integer({ min: -40, max: 40 }),
  endsAt: some(-50, 150),
  trialEndsAt: some(-20, 60),
  infinite: fc.boolean(),
  pauses: fc.array(fc.record({ gap: fc.integer({ min: 1, max: 25 }), lasts: some(1, 20) }), {
    maxLength: 3,
  }),
  scheduled: fc.option(
    fc.record({
      afterPeriod: fc.integer({ min: 1, max: 4 }),
      period: fc.constantFrom('P1Y', null),
    }),
  ),
});
type Story = typeof stories extends fc.Arbitrary<infer T> ? T : never;

const agreed: Omit<ScheduledChange, 'afterPeriod' | 'period'> = {
  ...{ plan: 'pack', version: 1, planVersionId: 1, family: null, familyId: null, pastDue: null },
  currency: null,
  ...{ billing: 'none', items: [], isReanchored: true, usage: 'keep', lead: 'again' },
};

/** Pauses one after the other; only the last may be without a return. */
function momentsOf(story: Story) {
  const pauses: (Shift & { kind: 'pause' })[] = [];
  let free = story.startsAt;
  for (const { gap, lasts } of story.pauses) {
    pauses.push({
      kind: 'pause',
      at: days(free + gap),
      until: lasts === null ? null : days(free + gap + lasts),
    });
    if (lasts === null) break;
    free += gap + lasts;
  }
  const latest = pauses.pop() ?? null;
  const day = (count: number | null) => (count === null ? null : days(count));
  return {
    ...{ anchor: days(story.startsAt), startsAt: days(story.startsAt), endsAt: day(story.endsAt) },
    ...{ trialEndsAt: day(story.trialEndsAt), period: story.infinite ? null : 'P1M' },
    ...{ shifts: pauses, pausedAt: latest?.at ?? null, resumesAt: latest?.until ?? null },
    scheduled: story.scheduled && { ...agreed, ...story.scheduled },
  };
}

describeMigrated('states in SQL', (make) => {
  let database: Database;
  let scope: Scope;
  let template: SubscriptionRow;
  beforeAll(async () => {
    ({ database } = await make());
    scope = await openProcess(database, 'states').at(start);
    const { id } = await createSubscription(scope, { customer: 'ann', plan: 'pack' });
    template = (await findSubscription(scope, id)) as SubscriptionRow;
  });

  async function store(row: SubscriptionRow): Promise<void> {
    const changesAt = row.scheduled && scheduledAt(row);
    const never = row.scheduled !== null && changesAt === null;
    await scope.run(sql`
      update bursar.subscriptions
         set anchor = ${at(row.anchor)}::text::timestamptz, starts_at = ${at(row.startsAt)}::text::timestamptz,
             ends_at = ${at(row.endsAt)}::text::timestamptz, canceled_at = ${at(row.endsAt)}::text::timestamptz,
             trial_ends_at = ${at(row.trialEndsAt)}::text::timestamptz, period = ${row.period}::text,
             shifts = ${json(row.shifts)}::text::jsonb, paused_at = ${at(row.pausedAt)}::text::timestamptz,
             resumes_at = ${at(row.resumesAt)}::text::timestamptz,
             scheduled = ${row.scheduled && json(row.scheduled)}::text::jsonb,
             scheduled_at = case when ${never}::boolean then 'infinity' else ${at(changesAt)}::text::timestamptz end
       where id = ${row.id}::text`);
  }

  test('agree with the function, whatever was paused, scheduled or set', async () => {
    await fc.assert(
      fc.asyncProperty(
        stories,
        fc.array(fc.integer({ min: -60, max: 200 }), { minLength: 8, maxLength: 8 }),
        async (story, when) => {
          const row = { ...template, ...momentsOf(story) };
          await store(row);
          for (const moment of when.map(days)) {
            const [told] = await scope.many(
              sql`
            select status, upcoming, canceled, on_grace, ended, active, on_trial, paused, valid, recurring, infinite,
                   case when trial_ends_at = 'infinity' then 'never' else to_char(trial_ends_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end as trial
              from bursar.subscription_states_at(${at(moment)}::text::timestamptz) where id = ${row.id}::text`,
              (found: Row) => found,
            );
            const held = rowAt(row, moment);
            const { onGrace, onTrial, pastDue: _, ...state } = stateAt(held, moment);
            const end = trialEndOf(held, moment);
            const trial =
              end && end.getUTCFullYear() > 9999 ? 'never' : (end?.toISOString() ?? null);
            expect(told).toEqual({ ...state, on_grace: onGrace, on_trial: onTrial, trial });
          }
        },
      ),
      { numRuns: Number(process.env.BURSAR_PROPERTY_RUNS ?? 60) },
    );
  });

  test('are those of now in the view, without what was deleted', async () => {
    await store({ ...template, deletedAt: null } as SubscriptionRow);
    const count = () =>
      scope.many(
        sql`select status from bursar.subscription_states where id = ${template.id}::text`,
        (row) => row.status,
      );
    expect(await count()).toHaveLength(1);
    await scope.run(
      sql`update bursar.subscriptions set deleted_at = now() where id = ${template.id}::text`,
    );

    expect(await count()).toEqual([]);
  });
});
