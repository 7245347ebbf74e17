/**
 * Everything that can be done to one customer's subscriptions at once, by four kits with pools of their own: some is refused,
 * nothing breaks, no quota gives more than the largest it ever was, and the books are right.
 */
import { createBursar, isBursarError } from '@bursar/core';
import { expect, test } from 'vitest';
import { describePostgres } from '../support/databases.ts';
import { catalog } from '../support/kit.ts';
import { silentLogger } from '../support/silent-logger.ts';

const rounds = Number(process.env.BURSAR_RACES ?? 250);
/** What a command may be refused with here; anything else is a defect. */
const refusals = new Set([
  ...['invalid_state', 'already_subscribed', 'not_found', 'quota_exceeded', 'no_subscription'],
  ...[
    'paused',
    'feature_not_in_plan',
    'preview_stale',
    'ambiguous_subscription',
    'insufficient_balance',
  ],
]);

describePostgres('one customer', (makeUrl) => {
  test('changed, paused, canceled, charged and swept at once', { timeout: 300_000 }, async () => {
    const url = await makeUrl();
    const kits = Array.from({ length: 4 }, () =>
      createBursar({ catalog, database: url, logger: silentLogger }),
    );
    const [first] = kits;
    if (!first) throw new Error('No kit.');
    for (const kit of kits) await kit.ready();
    const ann = { customer: 'ann' } as const;
    await first.subscribe({ ...ann, plan: 'pro' });
    const outcomes = new Map<string, number>();
    const unexpected: unknown[] = [];
    let spent = 0;

    async function tryOut(name: string, work: () => Promise<unknown>): Promise<void> {
      let outcome = `${name} done`;
      try {
        await work();
      } catch (error) {
        if (!isBursarError(error) || !refusals.has(error.code)) unexpected.push(error);
        outcome = `${name} ${isBursarError(error) ? error.code : 'broken'}`;
      }
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    const doers = [
      [
        'change',
        (kit: typeof first, plan: 'pro' | 'free') => kit.subscriptions.change({ ...ann, plan }),
      ],
      [
        'schedule',
        (kit: typeof first, plan: 'pro' | 'free') =>
          kit.subscriptions.change({ ...ann, plan, at: 'period_end' }),
      ],
      ['pause', (kit: typeof first) => kit.subscriptions.pause(ann)],
      ['unpause', (kit: typeof first) => kit.subscriptions.unpause(ann)],
      ['cancel', (kit: typeof first) => kit.subscriptions.cancel(ann)],
      ['resume', (kit: typeof first) => kit.subscriptions.resume(ann)],
      [
        'setQuota',
        (kit: typeof first) =>
          kit.subscriptions.setQuota({ ...ann, feature: 'api-calls', quota: 400 }),
      ],
      ['subscribe', (kit: typeof first) => kit.subscribe({ ...ann, plan: 'pro' })],
      ['sweep', (kit: typeof first) => kit.runDue()],
      [
        'preview',
        (kit: typeof first, plan: 'pro' | 'free') => kit.subscriptions.preview({ ...ann, plan }),
      ],
    ] as const;

    await Promise.all(
      kits.map(async (kit, lane) => {
        for (let round = 0; round < rounds; round += 1) {
          const [name, work] = doers[(round * 7 + lane * 3) % doers.length] ?? doers[0];
          const plan = round % 2 === 0 ? 'free' : 'pro';
          const spend = async () => {
            await kit.consume({ ...ann, feature: 'api-calls', amount: 3 });
            spent += 3;
          };
          await Promise.all([
            tryOut(name, () => work(kit, plan)),
            tryOut('spend', spend),
            tryOut('spend', spend),
          ]);
        }
      }),
    );

    expect(unexpected).toEqual([]);
    expect(
      [...outcomes.keys()].filter((outcome) => outcome.endsWith(' done')).length,
    ).toBeGreaterThan(8);
    expect(spent).toBeGreaterThan(0);
    expect(spent).toBeLessThanOrEqual(10_000);
    expect((await first.ledger.verify()).broken).toEqual([]);
    const { items } = await first.subscriptions.list({ ...ann, state: 'active' });
    expect(items.length).toBeLessThanOrEqual(1);
    for (const kit of kits) await kit.close();
  });
});
