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
});
