/** Rewards that are processed in the background: queued with the host's commit, tried again until they can be paid, paid once. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDatabases, describePostgres } from '#test/databases.ts';
import { catalog, eventually } from '#test/kit.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { createBursar } from '../bursar.ts';

const unit = 'points';
let isBroken = false;
const triggers = {
  visit: {
    baseAmount: () => {
      if (isBroken) throw new Error('no price today');
      return { amount: 7, unit };
    },
  },
  day: { capabilities: { exclusive: true } },
};
const open = (database: string) =>
  createBursar({ catalog, logger: silentLogger, database, triggers });
const setting = { enabled: true, unit, actor: { basisPoints: 10_000 } };

describeDatabases('a reward in the background', (makeUrl) => {
  let kit: ReturnType<typeof open>;
  beforeAll(async () => {
    kit = open(await makeUrl());
    await kit.start();
  });
  afterAll(() => kit.close());

  test('that is queued is paid after the commit, and not at all without one', async () => {
    const tenant = kit.tenant('queued');
    await tenant.settings.set({ key: 'triggers.visit', value: setting });
    const fired = { alias: 'visit', customer: 'bob', queue: true };

    await kit.transaction((inner) =>
      inner.tenant('queued').referrals.trigger({ ...fired, externalId: 'kept' }),
    );
    await kit
      .transaction(async (inner) => {
        await inner.tenant('queued').referrals.trigger({ ...fired, externalId: 'dropped' });
        throw new Error('The host changed its mind.');
      })
      .catch(() => {});
    await eventually(
      async () => (await tenant.referrals.events({ status: 'processed' })).items.length === 1,
    );

    const { items } = await tenant.referrals.events();
    expect(items).toMatchObject([{ externalId: 'kept', status: 'processed', attempts: 1 }]);
    const balance = await tenant.wallet.balance({ customer: 'bob', unit });
    expect(balance).toMatchObject({ settled: 7 });
  });

  test('that failed is tried again until it can be paid', async () => {
    const tenant = kit.tenant('failed');
    await tenant.settings.set({ key: 'triggers.visit', value: setting });
    isBroken = true;
    const failed = await tenant.referrals.trigger({ alias: 'visit', customer: 'bob' });
    isBroken = false;

    await eventually(
      async () => (await tenant.referrals.events({ status: 'processed' })).items.length === 1,
    );

    expect(failed).toMatchObject({ status: 'failed', lastError: 'no price today' });
    const { items } = await tenant.referrals.events();
    expect(items).toMatchObject([{ event: failed.event, attempts: 2 }]);
    await eventually(async () => (await tenant.jobs.list({ state: 'done' })).items.length === 1);
  });
});

describePostgres('rewards that four processes see to', (makeUrl) => {
  test('are paid once each, and once by subject, whoever retries them meanwhile', async () => {
    const url = await makeUrl();
    const kits = [1, 2, 3, 4].map(() => open(url));
    try {
      const [first] = kits as [ReturnType<typeof open>];
      await first.ready();
      await first.settings.set({ key: 'triggers.visit', value: setting });
      const once = { ...setting, actor: { fixed: 5 } };
      await first.settings.set({ key: 'triggers.day', value: once });
      const events: string[] = [];
      for (let index = 0; index < 100; index += 1) {
        const isDay = index % 2 === 0;
        const { event } = await first.referrals.trigger({
          ...{ alias: isDay ? 'day' : 'visit', customer: `c${index % 10}`, queue: true },
          ...(isDay && { subject: { type: 'Photo', id: String(index % 5) } }),
        });
        events.push(event);
      }
      await Promise.all(kits.map((kit) => kit.start()));
      const retried = kits.flatMap((kit) =>
        events.slice(0, 40).map((event) => kit.referrals.retry({ event }).catch(() => null)),
      );
      await Promise.all(retried);
      const waiting = async () => {
        const [pending, processing, failed] = await Promise.all(
          (['pending', 'processing', 'failed'] as const).map((status) =>
            first.referrals.events({ status }),
          ),
        );
        return [pending, processing, failed].reduce(
          (sum, one) => sum + (one?.items.length ?? 0),
          0,
        );
      };
      await eventually(async () => (await waiting()) === 0);

      const balances = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          first.wallet.balance({ customer: `c${index}`, unit }),
        ),
      );
      const total = balances.reduce((sum, { settled }) => sum + settled, 0);
      expect(total).toBe(50 * 7 + 5 * 5);
      expect(await first.ledger.verify()).toMatchObject({ ok: true });
    } finally {
      await Promise.all(kits.map((kit) => kit.close()));
    }
  }, 120_000);
});
