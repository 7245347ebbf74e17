/** What moved in wallets and was earned by referrals, over HTTP, for operators of one tenant and nobody else. */
import { expect, test } from 'vitest';
import { describeContract } from './contract.ts';

const asAdmin = { 'x-admin': 'yes' };
const prefix = '/billing';

describeContract('insights', ({ kit, bursar, host }) => {
  const started = async () => {
    const calls = await host([], {}, prefix);
    return (path: string, user = 'root', headers: Record<string, string> = asAdmin) =>
      calls.get(`${prefix}/admin/insights/${path}`, user, headers);
  };

  test('of rewards are per unit and month, with who earned most, and of this tenant alone', async () => {
    const see = await started();
    const value = { enabled: true, unit: 'points', levels: [{ level: 1, fixed: 10 }] };
    for (const tenant of [kit(), bursar().tenant(`beside-${Math.random()}`)]) {
      await tenant.settings.set({ key: 'triggers.visit', value });
      const { code } = await tenant.referrals.code({ customer: 'ann' });
      await tenant.referrals.attach({ customer: 'bob', code });
      await tenant.referrals.trigger({ alias: 'visit', externalId: 'v1', customer: 'bob' });
    }

    const { status, body } = await see('rewards');
    const two = await see('rewards?months=2&timeZone=Europe/Kyiv&unit=EUR');

    expect({ status, next: body.next }).toEqual({ status: 200, next: null });
    const ten = { amount: 10, unit: 'points', scale: 0, formatted: '10' };
    expect(body.items).toMatchObject([{ unit: 'points', outstanding: { amount: 0 } }]);
    expect(body.items[0].sponsors).toEqual([{ customer: 'ann', earned: ten, count: 1 }]);
    expect(body.items[0].months).toHaveLength(6);
    expect(body.items[0].months.at(-1)).toMatchObject({ count: 1, paid: ten });
    expect(two.body.items[0].months).toMatchObject([{ count: 0 }, { count: 0 }]);
    for (const wrong of ['months=0', 'months=x', 'timeZone=Mars', 'sponsors=0', 'more=1'])
      expect(await see(`rewards?${wrong}`)).toMatchObject({ status: 422 });
    expect(await see('rewards?unit=gold')).toMatchObject({ body: { code: 'unit_unknown' } });
    expect(await see('rewards', 'ann', {})).toMatchObject({ status: 403 });
  });

  test('of wallets tell what moved and what is unspent, set aside and on its way out, of this tenant alone', async () => {
    const see = await started();
    for (const tenant of [kit(), bursar().tenant(`beside-${Math.random()}`)]) {
      const own = { customer: 'ann', unit: 'points' } as const;
      await tenant.wallet.credit({ ...own, amount: 100, source: 'order' });
      await tenant.wallet.credit({ ...own, amount: 7, source: 'promotion' });
      await tenant.wallet.debit({ ...own, amount: 30 });
      await tenant.wallet.hold({ ...own, amount: 20 });
      await tenant.withdrawals.request({ customer: 'ann', amount: 10, currency: 'points' });
    }

    const flows = await see('walletFlows?unit=points&months=2');
    const liability = await see('liability');

    const of = (amount: number) => ({ amount, unit: 'points', scale: 0, formatted: `${amount}` });
    expect(flows).toMatchObject({ status: 200, body: { items: [{ unit: 'points' }], next: null } });
    const [before, now] = flows.body.items[0].months;
    expect(now).toMatchObject({ in: of(107), out: of(-30) });
    expect(now.flows).toEqual([
      { kind: 'credit', source: 'order', amount: of(100) },
      { kind: 'credit', source: 'promotion', amount: of(7) },
      { kind: 'debit', source: 'usage', amount: of(-30) },
    ]);
    expect(before.flows.map(({ amount }: { amount: object }) => amount)).toEqual([
      of(0),
      of(0),
      of(0),
    ]);
    expect(liability).toMatchObject({ status: 200, body: { next: null } });
    expect(liability.body.items).toEqual([
      {
        ...{ unit: 'points', paid: of(40), promotional: of(7), other: of(0), breakage: of(0) },
        ...{
          held: of(30),
          withdrawals: { ...of(10), count: 1 },
          uncovered: of(0),
          settled: of(77),
        },
        sources: [
          { source: 'order', unspent: of(40), waiting: of(0), expired: of(0) },
          { source: 'promotion', unspent: of(7), waiting: of(0), expired: of(0) },
        ],
      },
    ]);
    for (const path of ['walletFlows', 'liability']) {
      expect(await see(`${path}?months=121`)).toMatchObject({ status: 422 });
      expect(await see(`${path}?unit=gold`)).toMatchObject({ body: { code: 'unit_unknown' } });
      expect(await see(path, 'ann', {})).toMatchObject({ status: 403 });
    }
  });
});
