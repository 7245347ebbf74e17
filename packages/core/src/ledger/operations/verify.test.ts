/**
 * Damage of every kind, done behind the kit's back: each is found, and named by its rule.
 */
import { beforeAll, expect, test } from 'vitest';
import { openBooks } from '#test/books.ts';
import { describeMigrated, type MigratedDatabase } from '#test/kernel.ts';
import { eventually } from '#test/kit.ts';
import type { Scope, Statement } from '../../kernel/index.ts';
import { flag, sql } from '../../kernel/index.ts';
import { createSubscription } from '../../subscriptions/index.ts';
import { captureHold, changeGauge, credit, giveBack, spend, transfer, verify } from '../index.ts';

const source = 'test';
const points = { customer: 'ann', unit: 'points' };

/** A mark waits for the oldest open transaction of the whole server, which may be another test's. */
async function markedWhole(scope: Scope): Promise<boolean> {
  await verify(scope, { mark: true });
  const of = scope.tenant.id;
  return scope.one(
    sql`
    select (select xid from bursar.verify_marks where tenant_id = ${of}::int)
           > (select max(xid) from bursar.entries where tenant_id = ${of}::int) as is_whole`,
    (row) => flag(row.is_whole),
  );
}

/** A tenant in which everything has happened once. */
async function busyBooks(scope: Scope): Promise<void> {
  await createSubscription(scope, { customer: 'ann', plan: 'pro' });
  await credit(scope, { ...points, amount: 100, source });
  await credit(scope, { ...points, amount: 50, source });
  await credit(scope, { customer: 'bob', unit: 'points', amount: 1, source });
  const spent = await spend(scope, { ...points, amount: 20, source, request: null });
  if (!spent.allowed) throw new Error('refused');
  await giveBack(scope, { ...points, of: spent.transferId, amount: 5, source });
  const hold = { id: 'hld_1', expiresAt: new Date('2026-02-01T00:00:00Z') };
  await spend(scope, { ...points, amount: 10, hold, source, request: null });
  await captureHold(scope, { hold: 'hld_1', amount: 4, final: false, source });
  await transfer(scope, { from: 'ann', to: 'bob', unit: 'points', amount: 3, source });
  const seat = { customer: 'ann', unit: 'seats', usedBy: { kind: 'user', id: 'u1' } };
  await changeGauge(scope, { ...seat, amount: 2, source });
}

/** Ann's points. */
const balance = sql`(select balance.id from bursar.balances as balance
  join bursar.units as unit on (unit.tenant_id, unit.id) = (balance.tenant_id, balance.unit_id) and unit.key = 'points'
  join bursar.customers as customer on (customer.tenant_id, customer.id) = (balance.tenant_id, balance.customer_id) and customer.external_id = 'ann'
 where balance.tenant_id = (select id from bursar.tenants where key = 'damage'))`;
const gauge = sql`(select balance_id from bursar.gauge_parts limit 1)`;

const damages: readonly (readonly [rule: string, damage: Statement])[] = [
  [
    'settled_is_the_sum_of_its_entries',
    sql`update bursar.balances set settled = settled + 1 where id = ${balance}`,
  ],
  ['entries_have_their_balance', sql`delete from bursar.balances where id = ${balance}`],
  [
    'held_is_the_sum_of_its_entries',
    sql`update bursar.balances set held = held + 1 where id = ${balance}`,
  ],
  [
    'sequence_is_the_last_entry',
    sql`update bursar.balances set sequence = sequence + 1 where id = ${balance}`,
  ],
  [
    'drawn_is_the_last_position',
    sql`update bursar.balances set drawn = drawn + 1 where id = ${balance}`,
  ],
  [
    'debt_is_what_lies_below_the_floor',
    sql`update bursar.balances set debt = 1 where id = ${balance}`,
  ],
  [
    'draws_reach_what_is_attributed',
    sql`update bursar.balances set attributed = attributed - 1 where id = ${balance}`,
  ],
  [
    'settled_after_runs_on',
    sql`update bursar.entries set settled_after = settled_after + 1 where balance_id = ${balance} and sequence = 3`,
  ],
  [
    'held_after_runs_on',
    sql`update bursar.entries set held_after = held_after + 1 where balance_id = ${balance} and sequence = 3`,
  ],
  [
    'sequences_have_no_gap',
    sql`delete from bursar.entries where balance_id = ${balance} and sequence = 2`,
  ],
  [
    'positions_run_on',
    sql`update bursar.entries set drawn_to = drawn_to + 1 where balance_id = ${balance} and sequence = 3`,
  ],
  [
    'instants_never_go_back',
    sql`update bursar.entries set happened_at = happened_at - interval '1 day' where balance_id = ${balance} and sequence = 4`,
  ],
  [
    'kinds_move_what_they_say',
    sql`update bursar.entries set kind = 'credit' where balance_id = ${balance} and kind = 'capture'`,
  ],
  [
    'pairs_name_each_other',
    sql`update bursar.entries set counter_sequence = counter_sequence + 1 where balance_id = ${balance} and counter_balance_id is not null`,
  ],
  [
    'transfers_sum_to_zero',
    sql`update bursar.entries set amount = amount - 1 where balance_id = ${balance} and counter_balance_id is not null`,
  ],
  [
    'cap_left_is_what_its_window_leaves',
    sql`update bursar.balances set cap_left = 3, cap_max = 3, cap_since = now(), cap_from = drawn - 1, cap_returned = 0 where id = ${balance}`,
  ],
  [
    'figures_stay_within_their_ranges',
    sql`update bursar.balances set attributed = drawn + 1 where id = ${balance}`,
  ],
  [
    'figures_stay_within_their_ranges',
    sql`update bursar.balances set ceiling = 9007199254740992 where id = ${balance}`,
  ],
  [
    'figures_stay_within_their_ranges',
    sql`update bursar.balances set cap_left = 1 where id = ${balance}`,
  ],
  [
    'entries_say_what_is_known',
    sql`update bursar.entries set kind = 'gift' where balance_id = ${balance} and sequence = 1`,
  ],
  [
    'entries_say_what_is_known',
    sql`update bursar.entries set counter = 'nobody' where balance_id = ${balance} and sequence = 1`,
  ],
  [
    'entries_say_what_is_known',
    sql`update bursar.entries set key = '' where balance_id = ${balance} and sequence = 1`,
  ],
  [
    'free_is_what_nobody_has_drawn',
    sql`update bursar.grants set free = free - 1 where balance_id = ${balance} and free > 1`,
  ],
  [
    'grants_gave_no_more_than_was_drawn',
    sql`update bursar.grants set amount = amount + 100 where balance_id = ${balance}`,
  ],
  [
    'grants_lost_what_their_entries_say',
    sql`update bursar.grants set removed = removed + 1, free = free - 1 where balance_id = ${balance} and free > 1`,
  ],
  [
    'grants_bring_what_their_entry_says',
    sql`update bursar.grants set amount = amount + 1, free = free + 1 where balance_id = ${balance} and free > 1`,
  ],
  [
    'draws_have_no_gap_and_no_overlap',
    sql`update bursar.draws set to_position = to_position + 1 where balance_id = ${balance}`,
  ],
  [
    'held_is_what_open_holds_reserve',
    sql`update bursar.hold_legs set amount = amount + 1 where balance_id = ${balance}`,
  ],
  [
    'captures_are_what_their_entries_say',
    sql`update bursar.hold_legs set captured = captured + 1 where balance_id = ${balance}`,
  ],
  [
    'releases_are_what_their_entries_say',
    sql`update bursar.hold_legs set released = released + 1 where balance_id = ${balance}`,
  ],
  [
    'holds_are_open_while_a_leg_is',
    sql`update bursar.holds set state = 'released', closed_at = now() where id = 'hld_1'`,
  ],
  [
    'parts_add_up_to_the_level',
    sql`update bursar.gauge_parts set units = units + 1 where balance_id = ${gauge}`,
  ],
  [
    'no_more_came_back_than_was_taken',
    sql`update bursar.returns set units = 21 where balance_id = ${balance}`,
  ],
];

describeMigrated('verify', (make) => {
  let home: MigratedDatabase;
  beforeAll(async () => {
    home = await make();
    // A mark before anything is written: an incremental check looks at all that follows.
    await verify(await openBooks(home.database, 'damage').at('2026-01-01T00:00:00Z'), {
      mark: true,
    });
    await busyBooks(await openBooks(home.database, 'damage').at('2026-01-10T00:00:00Z'));
  });
  const scope = () => openBooks(home.database, 'damage').at('2026-01-10T00:00:00Z');

  test('finds nothing in books that the kit kept', async () => {
    expect(await verify(await scope())).toEqual({ ok: true, broken: [] });
    expect(await verify(await scope(), {}, 1)).toEqual({ ok: true, broken: [] });
  });

  test.each(damages)('finds that %s', async (rule, damage) => {
    const undo = new Error('undo');
    const damaged = (await scope()).transaction(async (inner) => {
      await inner.run(sql`set local session_replication_role = 'replica'`);
      await inner.run(damage);
      // A balance that is gone is not among those that were written to: only a full check misses it.
      const checks = rule === 'entries_have_their_balance' ? [{}] : [{}, { incremental: true }];
      for (const [check, entriesAtOnce] of checks.flatMap((one) => [
        [one, 100_000] as const,
        [one, 1] as const,
      ])) {
        const { ok, broken } = await verify(inner, check, entriesAtOnce);
        expect([ok, broken.map((one) => one.rule)]).toEqual([
          ...[false, expect.arrayContaining([rule])],
        ]);
      }
      throw undo;
    });

    await expect(damaged).rejects.toBe(undo);
  });

  test('incremental looks at what was written to since the mark, with its whole story', async () => {
    const books = openBooks(home.database, 'marked');
    const open = await books.at('2026-01-10T00:00:00Z');
    for (const customer of ['ann', 'bob'])
      await credit(open, { customer, unit: 'points', amount: 10, source });
    const spoil = (customer: string) => sql`
      update bursar.balances set settled = settled + 1
       where tenant_id = ${open.tenant.id}::int
         and customer_id = (select id from bursar.customers
                             where (tenant_id, external_id) = (${open.tenant.id}::int, ${customer}::text))`;

    await open.run(spoil('ann'));
    const unmarked = await verify(open, { mark: true });
    const without = await verify(open, { incremental: true });
    await open.run(
      sql`update bursar.balances set settled = 10 where tenant_id = ${open.tenant.id}::int`,
    );
    await eventually(() => markedWhole(open));
    await open.run(spoil('ann'));
    const behind = await verify(open, { incremental: true });
    const full = await verify(open);
    await spend(open, {
      ...{ customer: 'ann', unit: 'points', amount: 1, source, request: {} },
    });
    const after = await verify(open, { incremental: true });

    expect([unmarked.ok, without.ok, behind.ok, full.ok, after.ok]).toEqual([
      ...[false, false, true, false, false],
    ]);
  });

  test('incremental knows that the other side of an old transfer was not written to since', async () => {
    const open = await openBooks(home.database, 'pairs').at('2026-01-10T00:00:00Z');
    const points = { unit: 'points', source };
    for (const customer of ['ann', 'bob']) await credit(open, { ...points, customer, amount: 10 });
    await transfer(open, { ...points, from: 'ann', to: 'bob', amount: 4 });
    await verify(open, { mark: true });

    await spend(open, { ...points, customer: 'ann', amount: 1, request: {} });

    expect(await verify(open, { incremental: true })).toEqual({ ok: true, broken: [] });
  });

  test('a mark of another cluster, whose transactions were further on, is as none', async () => {
    const open = await openBooks(home.database, 'restored').at('2026-01-10T00:00:00Z');
    await credit(open, { customer: 'ann', unit: 'points', amount: 10, source });
    await verify(open, { mark: true });
    await open.run(
      sql`update bursar.verify_marks set xid = 9007199254740991 where tenant_id = ${open.tenant.id}::int`,
    );
    await open.run(
      sql`update bursar.balances set settled = 11 where tenant_id = ${open.tenant.id}::int`,
    );

    expect((await verify(open, { incremental: true })).ok).toBe(false);
  });

  test.each([
    'update bursar.entries set amount = 0',
    'delete from bursar.entries',
    'truncate bursar.entries cascade',
    'delete from bursar.draws',
  ])('the database itself refuses: %s', async (text) => {
    await expect((await scope()).run({ text, values: [] })).rejects.toThrow();

    expect(await verify(await scope())).toEqual({ ok: true, broken: [] });
  });
});
