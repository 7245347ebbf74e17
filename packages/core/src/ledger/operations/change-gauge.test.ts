/** Gauges: a level made of parts, under a ceiling. */
import { expect, test } from 'vitest';
import { clean, describeBooks, source } from '#test/fresh-books.ts';
import type { Scope } from '../../kernel/index.ts';
import { createSubscription } from '../../subscriptions/index.ts';
import { changeGauge, freezeCustomer, readBalance, setLimits, verify } from '../index.ts';

function seat(scope: Scope, id: string, change: { amount?: number; delta?: number; key?: string }) {
  const usedBy = { kind: 'user', id };
  return changeGauge(scope, { customer: 'ann', unit: 'seats', usedBy, source, ...change });
}

describeBooks('changing a gauge', (fresh) => {
  test('a gauge counts its members, up to its ceiling and not below nothing', async () => {
    const { scope } = await fresh();
    await createSubscription(scope, { customer: 'ann', plan: 'pro' });
    const seat = (id: string, change: { amount?: number; delta?: number }) =>
      changeGauge(scope, {
        customer: 'ann',
        unit: 'seats',
        usedBy: { kind: 'user', id },
        source,
        ...change,
      });

    await seat('u1', { amount: 1 });
    const same = await seat('u1', { amount: 1 });
    await seat('u2', { delta: 2 });
    const full = await seat('u3', { delta: 1 });
    await expect(seat('u1', { delta: -2 })).rejects.toMatchObject({ code: 'invalid_state' });
    const freed = await seat('u2', { amount: 0 });

    expect(same).toMatchObject({ allowed: true, transferId: null });
    expect(full).toMatchObject({ allowed: false, reason: 'insufficient', figures: { settled: 3 } });
    expect(freed).toMatchObject({ allowed: true, figures: { settled: 1 } });
    expect(await verify(scope)).toEqual(clean);
  });

  test('a change under a key happens once; another under it is refused', async () => {
    const { scope } = await fresh();
    await createSubscription(scope, { customer: 'ann', plan: 'pro' });

    const first = await seat(scope, 'u1', { delta: 1, key: 'k' });
    const again = await seat(scope, 'u1', { delta: 1, key: 'k' });
    const other = seat(scope, 'u1', { delta: 2, key: 'k' });

    expect([first, again]).toMatchObject([
      { replayed: false, part: 1 },
      { replayed: true, part: 1 },
    ]);
    await expect(other).rejects.toMatchObject({ code: 'idempotency_conflict' });
    expect(await readBalance(scope, { customer: 'ann', unit: 'seats' })).toMatchObject({
      settled: 1,
    });
  });

  test('a level above a ceiling that has sunk stays, and only goes down', async () => {
    const { scope } = await fresh();
    await createSubscription(scope, { customer: 'ann', plan: 'pro' });
    await seat(scope, 'u1', { amount: 3 });

    await setLimits(scope, { customer: 'ann', unit: 'seats', ceiling: 1 });
    const answers = [
      await seat(scope, 'u2', { amount: 1 }),
      await seat(scope, 'u1', { delta: -1 }),
      await seat(scope, 'u1', { delta: 1 }),
    ];

    expect(answers).toMatchObject([
      { allowed: false, reason: 'insufficient' },
      { allowed: true, part: 2 },
      { allowed: false, part: 2, figures: { settled: 2, ceiling: 1 } },
    ]);
    expect(await verify(scope)).toEqual(clean);
  });

  test('a customer without the feature has no room, and a frozen one only less', async () => {
    const { scope } = await fresh();
    const none = await seat(scope, 'u1', { amount: 1 });
    await createSubscription(scope, { customer: 'ann', plan: 'pro' });
    await seat(scope, 'u1', { amount: 2 });
    await freezeCustomer(scope, { customer: 'ann', frozen: true });

    const more = await seat(scope, 'u1', { amount: 3 });
    const less = await seat(scope, 'u1', { amount: 1 });

    expect(none).toMatchObject({ allowed: false, reason: 'insufficient' });
    expect(more).toMatchObject({ allowed: false, reason: 'customer_frozen' });
    expect(less).toMatchObject({ allowed: true, part: 1 });
    expect(await verify(scope)).toEqual(clean);
  });
});
