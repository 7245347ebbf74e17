/** Many who decide at once: each withdrawal ends once, and what is set aside never passes what there is. */
import { expect, test } from 'vitest';
import { describePostgres } from '#test/databases.ts';
import { migratedDatabase, silentLogger } from '#test/kernel.ts';
import { openShop } from '#test/shop.ts';
import { type Database, integer, openDatabase, type Scope, sql } from '../../kernel/index.ts';
import { credit, readBalance, verify } from '../../ledger/index.ts';
import { setSetting } from '../../settings/index.ts';
import { approveWithdrawal } from './approve-withdrawal.ts';
import { cancelWithdrawal } from './cancel-withdrawal.ts';
import { markPaid } from './mark-paid.ts';
import { rejectWithdrawal } from './reject-withdrawal.ts';
import { requestWithdrawal } from './request-withdrawal.ts';

const now = '2026-01-31T10:00:00.000Z';
const customers = 8;
const points = { unit: 'points', currency: 'points' } as const;

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: { code?: string }) => String(error.code ?? error),
  );
}

describePostgres('racing withdrawals', () => {
  async function processes(count: number, work: (scopes: Scope[]) => Promise<void>): Promise<void> {
    const made = await migratedDatabase('postgres');
    const databases: Database[] = await Promise.all(
      Array.from({ length: count }, () =>
        openDatabase(made.url, { logger: silentLogger, connectionsMax: 8 }),
      ),
    );
    try {
      await work(await Promise.all(databases.map((one) => openShop(one, 'race').at(now))));
    } finally {
      for (const database of databases) await database.close();
      await made.close();
    }
  }

  test('fifty who approve, reject, cancel and pay forty withdrawals end each of them once', async () => {
    await processes(4, async (scopes) => {
      const [scope] = scopes as [Scope];
      const ids: string[] = [];
      for (let index = 0; index < 40; index += 1) {
        const customer = `c${index % customers}`;
        await credit(scope, { customer, unit: 'points', amount: 10, source: 'test' });
        ids.push(
          (await requestWithdrawal(scope, { customer, amount: 10, ...points })).withdrawal.id,
        );
      }
      const moves = [
        (at: Scope, withdrawal: string) => approveWithdrawal(at, { withdrawal }),
        (at: Scope, withdrawal: string) => markPaid(at, { withdrawal }),
        (at: Scope, withdrawal: string) => rejectWithdrawal(at, { withdrawal, reason: 'no' }),
        (at: Scope, withdrawal: string) => cancelWithdrawal(at, { withdrawal }),
      ] as const;

      // Each of fifty goes through all of them from a place of its own, so that several meet at most of them.
      const callers = Array.from({ length: 50 }, async (_, caller) => {
        const codes: string[] = [];
        for (let step = 0; step < ids.length; step += 1) {
          const id = ids[(step + (caller % 5) * 8) % ids.length] as string;
          const move = moves[(caller + step) % moves.length] as (typeof moves)[number];
          codes.push(await codeOf(move(scopes[caller % 4] as Scope, id)));
        }
        return codes;
      });
      const codes = new Set((await Promise.all(callers)).flat());

      expect(
        [...codes].filter((code) => !['done', 'invalid_state', 'database'].includes(code)),
      ).toEqual([]);
      const ends = sql`
        select (select count(*) from bursar.withdrawals where status in ('paid', 'rejected', 'canceled')) as ended,
               (select count(*) from bursar.withdrawal_history where status in ('paid', 'rejected', 'canceled')) as steps,
               (select count(*) from bursar.outbox where type in ('withdrawal.paid', 'withdrawal.rejected', 'withdrawal.canceled')) as news,
               (select count(*) from bursar.holds where state = 'open') as open,
               (select count(*) from bursar.withdrawals where status = 'paid')
               - (select count(*) from bursar.entries where kind = 'capture') as astray`;
      expect(await scope.many(ends, (row) => Object.values(row).map(integer))).toEqual([
        [40, 40, 40, 0, 0],
      ]);
      const paid = await scope.one(
        sql`select count(*) as paid from bursar.withdrawals where status = 'paid'`,
        (row) => integer(row.paid),
      );
      let left = 0;
      for (let index = 0; index < customers; index += 1) {
        const balance = await readBalance(scope, { customer: `c${index}`, unit: 'points' });
        expect(balance.held).toBe(0);
        left += balance.settled;
      }
      expect(left).toBe(400 - paid * 10);
      expect((await verify(scope)).ok).toBe(true);
    });
  }, 240_000);

  test('forty who ask at once get what there is, or what a day lets, and no more', async () => {
    await processes(4, async (scopes) => {
      const [scope] = scopes as [Scope];
      for (const customer of ['ann', 'bob'])
        await credit(scope, { customer, unit: 'points', amount: 50, source: 'test' });
      const race = async (customer: string) => {
        const codes = await Promise.all(
          Array.from({ length: 40 }, (_, index) =>
            codeOf(
              requestWithdrawal(scopes[index % 4] as Scope, { customer, amount: 10, ...points }),
            ),
          ),
        );
        return codes.filter((code) => code === 'done').length;
      };

      expect(await race('ann')).toBe(5);
      await setSetting(scope, { key: 'withdrawals.dailyCap', value: 30 });
      expect(await race('bob')).toBe(3);

      expect((await readBalance(scope, { customer: 'ann', unit: 'points' })).held).toBe(50);
      expect((await verify(scope)).ok).toBe(true);
    });
  }, 120_000);
});
