/** Quotas among four processes: issued once, whoever touches first, and gone for all at once. */
import { expect, test } from 'vitest';
import { describeRaces } from '../support/racers.ts';

describeRaces('a quota among four processes', ({ fresh, race }) => {
  test('the quota of a period is issued once, by whoever touches it first', async () => {
    for (let repeat = 0; repeat < 5; repeat += 1) {
      const { tenant, kit } = fresh();
      const customers = Array.from({ length: 5 }, (_, index) => `c${index}`);

      const outcomes = await race({ tenant, do: 'consume', attempts: 150, atOnce: 15, customers });

      expect(outcomes).toEqual({ accepted: 500, quota_exceeded: 100 });
      expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
    }
  });

  test('canceled now in one process, it is refused to the next spend of every other', async () => {
    for (let repeat = 0; repeat < 5; repeat += 1) {
      const { tenant, kit } = fresh();
      const consume = { tenant, do: 'consume', feature: 'ai-tokens', atOnce: 1 } as const;
      await kit.subscribe({ customer: 'ann', plan: 'pro' });
      const before = await race({ ...consume, attempts: 1 });

      await kit.subscriptions.cancel({ customer: 'ann', at: 'now' });
      const after = await race({ ...consume, attempts: 1 });

      expect(before).toEqual({ accepted: 4 });
      expect(after.accepted).toBeUndefined();
      expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
    }
  });

  test('lowered in one process to what is used, it gives nothing more in any', async () => {
    for (let repeat = 0; repeat < 5; repeat += 1) {
      const { tenant, kit } = fresh();
      const consume = { tenant, do: 'consume', feature: 'ai-tokens', atOnce: 1 } as const;
      await kit.subscribe({ customer: 'ann', plan: 'pro' });
      const before = await race({ ...consume, attempts: 1 });

      await kit.subscriptions.setQuota({ customer: 'ann', feature: 'ai-tokens', quota: 4 });
      const after = await race({ ...consume, attempts: 1 });

      expect(before).toEqual({ accepted: 4 });
      expect(after.accepted).toBeUndefined();
      expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
    }
  });

  test('of a new period it is issued once too, by whoever comes first after the boundary', async () => {
    const { tenant, kit } = fresh();
    const customers = Array.from({ length: 5 }, (_, index) => `c${index}`);
    const consume = { tenant, do: 'consume', attempts: 150, atOnce: 15, customers } as const;

    // One after the other: processes that know different times would not agree on the period.
    const outcomes = [];
    for (const at of ['2030-01-10T00:00:00Z', '2030-02-10T00:00:00Z', '2030-05-20T00:00:00Z'])
      outcomes.push(await race({ ...consume, at }));

    expect(outcomes).toEqual(Array(3).fill({ accepted: 500, quota_exceeded: 100 }));
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
  });
});
