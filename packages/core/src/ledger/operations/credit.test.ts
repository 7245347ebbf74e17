/** Credits: each makes a grant, up to the ceiling, once per key. */
import { expect, test } from 'vitest';
import { clean, describeBooks, fill, points, source, take } from '#test/fresh-books.ts';
import { credit, listEntries, readBalance, setLimits, spend, verify } from '../index.ts';

describeBooks('crediting', (fresh) => {
  test('a credit above the ceiling is refused and writes nothing, exactly up to it passes', async () => {
    const { scope } = await fresh();
    await setLimits(scope, { ...points, ceiling: 100 });
    await credit(scope, { ...points, amount: 60, source });

    await expect(credit(scope, { ...points, amount: 41, source })).rejects.toMatchObject({
      code: 'limit_exceeded',
    });
    await credit(scope, { ...points, amount: 40, source });

    expect((await listEntries(scope, points)).items.map((line) => line.amount)).toEqual([40, 60]);
  });

  test('the ceiling of the unit holds where a balance has none of its own', async () => {
    const { scope } = await fresh();

    const over = fill(scope, 1_000_001);

    await expect(over).rejects.toMatchObject({ code: 'limit_exceeded' });
    expect((await listEntries(scope, points)).items).toEqual([]);
  });

  test('the same credit under one key is booked once', async () => {
    const { scope } = await fresh();
    const first = await credit(scope, { ...points, amount: 5, key: 'k', source });
    const again = await credit(scope, { ...points, amount: 5, key: 'k', source });

    expect([first.replayed, again.replayed, again.transferId]).toEqual([
      false,
      true,
      first.transferId,
    ]);
    await expect(credit(scope, { ...points, amount: 6, key: 'k', source })).rejects.toMatchObject({
      code: 'idempotency_conflict',
    });
    expect(await readBalance(scope, points)).toMatchObject({ settled: 5 });
  });

  test('a grant that waits is made once under its key', async () => {
    const { books, scope } = await fresh();
    const effectiveAt = new Date('2026-01-10T13:00:00Z');
    const ask = { ...points, amount: 7, effectiveAt, waits: true, key: 'k', source };

    const first = await credit(scope, ask);
    const again = await credit(scope, ask);

    expect([first.replayed, again.replayed]).toEqual([false, true]);
    const later = await books.at('2026-01-10T13:00:00Z');
    expect(await readBalance(later, points)).toMatchObject({ settled: 7 });
    expect(await verify(scope)).toEqual(clean);
  });

  test('a credit that would be over before it began is refused', async () => {
    const { scope } = await fresh();

    const over = credit(scope, { ...points, amount: 7, expiresAt: scope.now, source });

    await expect(over).rejects.toMatchObject({ code: 'validation' });
    const start = new Date('2026-02-01T00:00:00Z');
    const never = fill(scope, 7, { effectiveAt: start, waits: true, expiresAt: start });
    await expect(never).rejects.toMatchObject({ code: 'validation' });
    expect((await listEntries(scope, points)).items).toEqual([]);
  });

  test('a grant that waits counts from its start, and one that expires goes at the instant', async () => {
    const { books, scope } = await fresh();
    const start = new Date('2026-01-10T13:00:00Z');
    const end = new Date('2026-01-10T14:00:00Z');
    await credit(scope, { ...points, amount: 7, effectiveAt: start, waits: true, source });
    await credit(scope, { ...points, amount: 5, expiresAt: end, source });

    const seen = [];
    for (const at of [
      '2026-01-10T12:59:59.999Z',
      '2026-01-10T13:00:00Z',
      '2026-01-10T13:59:59.999Z',
      '2026-01-10T14:00:00Z',
    ]) {
      seen.push((await readBalance(await books.at(at), points)).available);
    }
    const later = await books.at('2026-01-10T15:00:00Z');
    await spend(later, { ...points, amount: 1, source, request: null });

    expect(seen).toEqual([5, 12, 12, 7]);
    const lines = (await listEntries(later, points)).items;
    expect(lines.map((line) => [line.kind, line.amount, line.at.toISOString()])).toEqual([
      ['debit', -1, '2026-01-10T15:00:00.000Z'],
      ['expiry', -5, '2026-01-10T14:00:00.000Z'],
      ['credit', 7, '2026-01-10T13:00:00.000Z'],
      ['credit', 5, '2026-01-10T12:00:00.000Z'],
    ]);
    expect(await verify(later)).toEqual(clean);
  });

  test('a grant with a later start that does not wait can be spent at once', async () => {
    const { scope } = await fresh();
    await fill(scope, 7, { effectiveAt: new Date('2026-02-01T00:00:00Z') });

    expect(await take(scope, 'points', 7)).toMatchObject({ allowed: true });
  });

  test('a negative floor lets a balance be overdrawn, and a later credit fills the gap first', async () => {
    const { scope } = await fresh();
    const unit = { customer: 'ann', unit: 'credit' };

    const spent = await spend(scope, { ...unit, amount: 50, source, request: null });
    const refused = await spend(scope, { ...unit, amount: 1, source, request: null });
    await credit(scope, { ...unit, amount: 60, source });
    const read = await readBalance(scope, unit);

    expect([spent.allowed, refused.allowed]).toEqual([true, false]);
    expect(read).toMatchObject({ settled: 10, available: 10 });
    expect(read.grants.map((grant) => grant.remaining)).toEqual([10]);
    expect(await verify(scope)).toEqual(clean);
  });

  test('a gauge takes no credits, and no amount but a whole one above nothing is one', async () => {
    const { scope } = await fresh();
    const seats = { customer: 'ann', unit: 'seats' };

    await expect(credit(scope, { ...seats, amount: 1, source })).rejects.toMatchObject({
      code: 'invalid_state',
    });
    for (const amount of [0, -1, 0.5, 2 ** 53])
      await expect(fill(scope, amount)).rejects.toMatchObject({ code: 'invalid_amount' });
    expect((await listEntries(scope, points)).items).toEqual([]);
  });
});
