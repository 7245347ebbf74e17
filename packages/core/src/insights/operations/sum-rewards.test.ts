/** Rewards per month and unit against a count by hand of every reward there is, and who earned most. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chain, describeReferrals, setTrigger } from '#test/referrers.ts';
import type { Scope } from '../../kernel/index.ts';
import { credit, spend } from '../../ledger/index.ts';
import {
  collectOutstanding,
  type ListedReward,
  listRewards,
  reverseEvent,
  trigger,
  writeOffOutstanding,
} from '../../referrals/index.ts';
import { type RewardSeries, sumRewards } from './sum-rewards.ts';

const value = { unit: 'points', actor: { fixed: 10 }, levels: [{ level: 1, fixed: 100 }] };
const figures = ({ count, ...month }: RewardSeries['months'][number]) => [
  ...[month.key, count, month.paid.amount, month.reversed.amount],
  ...[month.collected.amount, month.writtenOff.amount, month.outstanding.amount],
];

/** Every reward there is, read page by page. */
async function allRewards(scope: Scope): Promise<ListedReward[]> {
  const found: ListedReward[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await listRewards(scope, { limit: 100, cursor });
    found.push(...page.items);
    cursor = page.next;
  }
  return found;
}

const sum = (rows: readonly ListedReward[], of: (row: ListedReward) => number) =>
  rows.reduce((total, row) => total + of(row), 0);

/** The same figures, reward by reward. */
function byHand(rewards: readonly ListedReward[], unit: string, key: string) {
  const own = rewards.filter(
    (one) => one.unit === unit && one.createdAt.toISOString().startsWith(key),
  );
  const paid = own.filter(({ amount }) => amount > 0);
  const reversed = own.filter(({ amount }) => amount < 0);
  const [open, off] = [sum(own, (one) => one.outstanding), sum(own, (one) => one.writtenOff)];
  const asked = 0 - sum(reversed, ({ amount }) => amount);
  return [
    key,
    paid.length,
    sum(paid, ({ amount }) => amount),
    asked,
    asked - open - off,
    off,
    open,
  ];
}

describeReferrals('rewards per month', (fresh) => {
  test('are paid, reversed, collected, written off or outstanding in their months, and months without any are there', async () => {
    const { at } = await fresh();
    const january = await at('2026-01-10T00:00:00Z');
    await chain(january, 'ann', 'bob');
    await setTrigger(january, 'visit', value);
    const { event } = await trigger(january, {
      ...{ alias: 'visit', externalId: 'v1', customer: 'bob' },
    });
    for (const [customer, amount] of [['ann', 60] as const, ['bob', 10] as const])
      await spend(january, { customer, unit: 'points', amount, source: 'test', request: null });
    const march = await at('2026-03-31T23:59:59Z');
    const { event: reversal } = await reverseEvent(march, { event });
    await trigger(march, { alias: 'visit', externalId: 'v2', customer: 'ann' });
    await collectOutstanding(march, { reversal, customer: 'ann' });
    await writeOffOutstanding(march, { reversal, customer: 'bob', reason: 'small' });

    const [points, ...others] = await sumRewards(await at('2026-04-01T00:00:00Z'), { months: 4 });

    expect(others).toEqual([]);
    expect(points?.months.map(figures)).toEqual([
      ['2026-01', 2, 110, 0, 0, 0, 0],
      ['2026-02', 0, 0, 0, 0, 0, 0],
      ['2026-03', 1, 10, 110, 50, 10, 50],
      ['2026-04', 0, 0, 0, 0, 0, 0],
    ]);
    expect(points?.outstanding).toEqual({
      ...{ amount: 50, unit: 'points', scale: 0, formatted: '50' },
    });
    expect(points?.sponsors).toEqual([]);
  });

  test('of a zone begin with its months, and of a unit that is named are there without any', async () => {
    const { scope, at } = await fresh();
    await chain(scope, 'ann', 'bob');
    await setTrigger(scope, 'visit', value);
    await trigger(await at('2026-01-31T23:30:00Z'), {
      ...{ alias: 'visit', externalId: 'v1', customer: 'bob' },
    });
    const later = await at('2026-02-28T00:00:00Z');

    const [kyiv] = await sumRewards(later, { months: 2, timeZone: 'Europe/Kyiv' });
    const [utc] = await sumRewards(later, { months: 2 });
    const euros = await sumRewards(later, { unit: 'EUR' });

    expect(kyiv?.months.map(({ key, count }) => [key, count])).toEqual([
      ['2026-01', 0],
      ['2026-02', 2],
    ]);
    expect(utc?.months.map(({ count }) => count)).toEqual([2, 0]);
    expect(euros).toMatchObject([{ unit: 'EUR', sponsors: [], outstanding: { amount: 0 } }]);
    expect(euros[0]?.months.map(({ key }) => key)).toEqual([
      ...['2025-09', '2025-10', '2025-11', '2025-12', '2026-01', '2026-02'],
    ]);
  });

  test('name who earned most as a sponsor, and the same always in the same order', async () => {
    const { scope } = await fresh();
    await setTrigger(scope, 'visit', value);
    for (const sponsor of ['zoe', 'Ben', 'ann', 'cas']) {
      await chain(scope, sponsor, `of-${sponsor}`);
      const visits = sponsor === 'cas' ? 2 : 1;
      for (let visit = 0; visit < visits; visit += 1)
        await trigger(scope, {
          ...{ alias: 'visit', externalId: `${sponsor}${visit}`, customer: `of-${sponsor}` },
        });
    }

    const [all] = await sumRewards(scope);
    const [two] = await sumRewards(scope, { sponsors: 2 });

    expect(
      all?.sponsors.map(({ customer, earned, count }) => [customer, earned.amount, count]),
    ).toEqual([
      ['cas', 200, 2],
      ['Ben', 100, 1],
      ['ann', 100, 1],
      ['zoe', 100, 1],
    ]);
    expect(two?.sponsors.map(({ customer }) => customer)).toEqual(['cas', 'Ben']);
  });

  test('are refused for no months, too many, unknown zones, units and fields', async () => {
    const { scope } = await fresh();
    const asked = (input: object) => sumRewards(scope, input as never);

    for (const input of [{ months: 0 }, { months: 121 }, { timeZone: 'Mars' }, { sponsors: 0 }])
      await expect(asked(input)).rejects.toMatchObject({ code: 'validation' });
    await expect(asked({ month: 3 })).rejects.toMatchObject({ code: 'validation' });
    await expect(asked({ unit: 'gold' })).rejects.toMatchObject({ code: 'unit_unknown' });
  });

  const steps = fc.array(
    fc.record({
      day: fc.integer({ min: 0, max: 40 }),
      what: fc.constantFrom('visit', 'sale', 'use', 'reverse', 'collect', 'off', 'credit'),
      which: fc.nat({ max: 5 }),
      customer: fc.constantFrom('ann', 'bob', 'cas'),
    }),
    { minLength: 5, maxLength: 25 },
  );

  test('are what counting each reward by hand gives, whatever happened, in every tenant', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (story) => {
        const { at } = await fresh();
        const begin = await at('2026-01-05T00:00:00Z');
        await chain(begin, 'ann', 'bob', 'cas');
        await setTrigger(begin, 'visit', value);
        const levels = [
          { level: 1, basisPoints: 1_000 },
          { level: 2, basisPoints: 333 },
        ];
        await setTrigger(begin, 'sale', { unit: 'EUR', levels });
        let day = 0;
        const events: string[] = [];
        const reversals: string[] = [];
        for (const [index, step] of story.entries()) {
          day += step.day;
          const moment = new Date(Date.UTC(2026, 0, 5 + day)).toISOString();
          await happen(await at(moment), step, { events, reversals, index });
        }
        const scope = await at(new Date(Date.UTC(2026, 0, 5 + day)).toISOString());
        const rewards = await allRewards(scope);

        const found = await sumRewards(scope, { months: 4 });

        for (const { unit, months, outstanding, sponsors } of found) {
          expect(months.map(figures)).toEqual(months.map(({ key }) => byHand(rewards, unit, key)));
          const own = rewards.filter((one) => one.unit === unit);
          expect(outstanding.amount).toBe(sum(own, (one) => one.outstanding));
          const shown = new Set(months.map(({ key }) => key));
          const upline = own.filter(
            (one) => one.kind === 'upline' && shown.has(one.createdAt.toISOString().slice(0, 7)),
          );
          expect(sponsors.map(({ customer, earned }) => [customer, earned.amount])).toEqual(
            ['ann', 'bob', 'cas']
              .map(
                (who) =>
                  [
                    who,
                    sum(
                      upline.filter((one) => one.customer === who),
                      ({ amount }) => amount,
                    ),
                  ] as const,
              )
              .filter(([, amount]) => amount > 0)
              .sort(([, one], [, other]) => other - one),
          );
        }
      }),
      { numRuns: Number(process.env.BURSAR_PROPERTY_RUNS ?? 15) },
    );
  });
});

type Step = { readonly what: string; readonly which: number; readonly customer: string };
type Made = { readonly events: string[]; readonly reversals: string[]; readonly index: number };

async function happen(
  scope: Scope,
  { what, which, customer }: Step,
  { events, reversals, index }: Made,
): Promise<void> {
  const fired = { externalId: `x${index}`, customer };
  const [event, reversal] = [events[which], reversals[which]];
  if (what === 'visit') events.push((await trigger(scope, { alias: 'visit', ...fired })).event);
  if (what === 'sale') {
    const payload = { cents: 1_000 + which * 777 };
    events.push((await trigger(scope, { alias: 'sale', ...fired, payload })).event);
  }
  if (what === 'use')
    for (const unit of ['points', 'EUR'])
      await spend(scope, { customer, unit, amount: 40, source: 'test', request: null }).catch(
        () => null,
      );
  if (what === 'credit')
    await credit(scope, { customer, unit: 'points', amount: 25, source: 'promotion' });
  const half = { basisPoints: 5_000, idempotencyKey: `half${index}` };
  if (what === 'reverse' && event)
    await reverseEvent(scope, { event, ...(which % 2 === 1 && half) }).then(
      (made) => reversals.push(made.event),
      () => null,
    );
  if (what === 'collect' && reversal) await collectOutstanding(scope, { reversal });
  if (what === 'off' && reversal) await writeOffOutstanding(scope, { reversal, reason: 'old' });
}
