/**
 * Payouts while the processes that send them are killed again and again: at most one payment for each withdrawal, and in the end the
 * books say what the bank says. `BURSAR_PAYOUTS` for more of them.
 */
import { createBursar } from '@bursar/core';
import postgres from 'postgres';
import { expect, test } from 'vitest';
import { describePostgres } from '../support/databases.ts';
import { catalog, pause } from '../support/kit.ts';
import { startProcess } from '../support/processes.ts';
import { silentLogger } from '../support/silent-logger.ts';

const payouts = Number(process.env.BURSAR_PAYOUTS ?? 40);
const nobody = {
  send: () => Promise.reject(new Error('This process sends nothing.')),
  find: () => Promise.reject(new Error('This process asks nothing.')),
};

describePostgres('processes that pay out', (makeUrl) => {
  test('pay each withdrawal once at most, however often they are killed', {
    timeout: 600_000,
  }, async () => {
    const url = await makeUrl();
    const host = postgres(url, { max: 2, onnotice: () => {} });
    await host`create table bank_payments (withdrawal text not null)`;
    await host`create table bank_refusals (withdrawal text primary key)`;
    const options = { catalog, database: url, logger: silentLogger };
    const kit = createBursar({ ...options, payouts: { bank: nobody } });
    await kit.ready();
    await kit.wallet.credit({ customer: 'ann', unit: 'points', amount: payouts });
    let senders = await Promise.all([started(url), started(url)]);
    let kills = 0;
    let isOver = false;
    const killing = (async () => {
      while (!isOver) {
        await pause(1_200);
        const [oldest, ...others] = senders;
        oldest?.kill('SIGKILL');
        await oldest?.ended;
        kills += 1;
        senders = [...others, await started(url)];
      }
    })();

    for (let index = 0; index < payouts; index += 1) {
      const asked = { customer: 'ann', amount: 1, currency: 'points', method: 'bank' } as const;
      const { withdrawal } = await kit.withdrawals.request(asked);
      await kit.withdrawals.approve({ withdrawal: withdrawal.id });
      await pause(150);
    }
    isOver = true;
    await killing;
    // What a killed process had in hand is free once its lease is over.
    const until = Date.now() + 240_000;
    const left = async () =>
      (
        await host`select from bursar.withdrawals where status in ('approved', 'sending', 'unknown')`
      ).length;
    while ((await left()) > 0 && Date.now() < until) await pause(500);
    for (const sender of senders) sender.kill('SIGTERM');
    await Promise.all(senders.map((sender) => sender.ended));

    const twice =
      await host`select withdrawal from bank_payments group by withdrawal having count(*) > 1`;
    const paid = await host`select withdrawal from bank_payments order by withdrawal`;
    const booked =
      await host`select id as withdrawal from bursar.withdrawals where status = 'paid' order by id`;
    const failed = await host`select id from bursar.withdrawals where status = 'failed'`;
    expect(kills).toBeGreaterThan(0);
    expect(await left()).toBe(0);
    expect(twice).toHaveLength(0);
    expect([...booked]).toEqual([...paid]);
    expect(booked.length + failed.length).toBe(payouts);
    expect(await kit.wallet.balance({ customer: 'ann', unit: 'points' })).toMatchObject({
      ...{ settled: payouts - paid.length, held: 0 },
    });
    expect(await kit.ledger.verify()).toEqual({ ok: true, broken: [] });
    await kit.close();
    await host.end();
  });
});

async function started(url: string) {
  const sender = startProcess(new URL('./payouts.process.ts', import.meta.url), {
    parameters: [url],
  });
  await sender.line();
  return sender;
}
