/** The life of a subscription over HTTP: what customers may change by themselves, what operators do, and that each says why. */
import { describe, expect, test } from 'vitest';
import { describeContract } from './contract.ts';

const asAdmin = { 'x-admin': 'yes' };

describeContract('changes of a subscription', ({ kit, host }) => {
  const prefix = '/billing';
  const started = () => host([{ method: 'GET', path: '/hosts-own' }], {}, prefix);

  describe('a customer', () => {
    test('sees what a change comes to, and gets exactly that; only to what may be started', async () => {
      const calls = await started();
      const { id } = await kit().subscribe({ customer: 'ann', plan: 'pro' });
      await kit().consume({ customer: 'ann', feature: 'api-calls', amount: 3 });
      const post = (verb: string, body: object, who = 'ann') =>
        calls.post(`${prefix}/subscriptions/${id}/${verb}`, who, body);

      const preview = await post('preview', { plan: 'free' });
      expect(preview).toMatchObject({
        status: 200,
        body: { timing: 'now', due: { amount: 0 }, lost: expect.arrayContaining(['track-time']) },
      });
      const token = preview.body.token;
      expect((await post('change', { plan: 'pro' })).status).toBe(403);
      expect((await post('change', { plan: 'free', preview: token }, 'bob')).status).toBe(404);
      expect((await post('change', { plan: 'free', proration: 'none' })).status).toBe(422);
      await kit().subscriptions.setQuota({ customer: 'ann', feature: 'ai-tokens', quota: 5 });
      expect(await post('change', { plan: 'free', preview: token })).toMatchObject({
        ...{ status: 409, body: { code: 'preview_stale' } },
      });
      const changed = await post('change', { plan: 'free' });

      expect(changed).toMatchObject({ status: 200, body: { plan: 'free', scheduled: null } });
      expect((await calls.get(`${prefix}/entitlements/api-calls`, 'ann')).body).toMatchObject({
        ...{ granted: 5, used: 3, available: 2 },
      });
    });

    test('schedules a change for the end of the period, and takes it back with the cancellation', async () => {
      const calls = await started();
      const { id } = await kit().subscribe({ customer: 'ann', plan: 'pro' });
      const path = `${prefix}/subscriptions/${id}`;

      const waiting = await calls.post(`${path}/change`, 'ann', { plan: 'free', at: 'period_end' });
      expect(waiting.body).toMatchObject({ plan: 'pro', scheduled: { plan: 'free' } });
      const canceled = await calls.post(`${path}/cancel`, 'ann', {});

      expect(canceled.body).toMatchObject({ status: 'canceled', scheduled: null });
      expect((await calls.post(`${path}/pause`, 'ann', {})).status).toBe(404);
    });
  });

  test('an operator pauses, lets go on, changes, cancels and resumes, and says why', async () => {
    const calls = await started();
    const { id } = await kit().subscribe({ customer: 'ann', plan: 'pro' });
    const change = (verb: string, body: object, of = id) =>
      calls.post(
        `${prefix}/admin/subscriptions/${of}/${verb}`,
        'root',
        { customer: 'ann', reason: 'ticket 9', ...body },
        asAdmin,
      );
    const ask = async () => (await calls.get(`${prefix}/entitlements/track-time`, 'ann')).body;

    expect((await change('pause', {})).body).toMatchObject({ status: 'paused' });
    expect(await ask()).toMatchObject({ allowed: false, reason: 'paused' });
    expect(await change('pause', {})).toMatchObject({
      status: 409,
      body: { code: 'invalid_state' },
    });
    expect((await change('unpause', {})).body).toMatchObject({ status: 'active' });
    expect(await ask()).toMatchObject({ allowed: true });
    expect((await change('pause', { until: '2020-01-01T00:00:00Z' })).status).toBe(422);
    expect((await change('preview', { plan: 'free', reason: undefined })).status).toBe(200);
    expect((await change('cancel', { at: 'boundary' })).body).toMatchObject({ status: 'canceled' });
    expect((await change('resume', {})).body).toMatchObject({ status: 'active' });
    expect((await change('change', { plan: 'free' })).body).toMatchObject({ plan: 'free' });
    expect((await change('change', { plan: 'pro' }, 'sub_of_bob')).status).toBe(404);
    expect((await change('cancel', { reason: '' })).status).toBe(422);

    const audit = await calls.get(`${prefix}/admin/audit?customer=ann`, 'root', asAdmin);
    const kept = audit.body.items as { operation: string; facts: object }[];
    expect(kept.map(({ operation }) => operation)).toEqual([
      ...['subscriptions.change', 'subscriptions.resume', 'subscriptions.cancel'],
      ...['subscriptions.unpause', 'subscriptions.pause'],
    ]);
    expect(kept[0]?.facts).toEqual({ plan: 'free', at: 'now', proration: 'prorate' });
  });

  test('an operator lists subscriptions of all customers by their state', async () => {
    const calls = await started();
    for (const customer of ['ann', 'ben', 'cas']) await kit().subscribe({ customer, plan: 'pro' });
    await kit().subscriptions.cancel({ customer: 'ben' });
    const list = (query: string) =>
      calls.get(`${prefix}/admin/subscriptions?${query}`, 'root', asAdmin);
    const who = async (query: string) =>
      ((await list(query)).body.items as { customer: string }[]).map(({ customer }) => customer);

    expect(await who('state=not_canceled&plan=pro')).toEqual(['cas', 'ann']);
    expect(await who('state=on_grace&feature=seats')).toEqual(['ben']);
    expect(await who('endingUntil=2020-01-01T00:00:00Z')).toEqual([]);
    expect((await list('limit=1&count=true')).body).toMatchObject({ total: 3, items: [{}] });
    expect((await list('state=sleeping')).status).toBe(422);
    expect((await calls.get(`${prefix}/admin/subscriptions`, 'ann')).status).toBe(403);
  });

  test('an operator sees customers, churn, the histogram and recurring revenue', async () => {
    const calls = await started();
    await kit().subscribe({ customer: 'ann', plan: 'pro' });
    await kit().subscriptions.cancel({ customer: 'ann', at: 'now' });
    const see = (path: string) => calls.get(`${prefix}/admin/insights/${path}`, 'root', asAdmin);
    const range = 'from=2020-01-01T00:00:00Z&until=2999-01-01T00:00:00Z';

    expect((await see('customers')).body).toEqual({ customers: 0 });
    expect((await see(`customers?${range}`)).body).toEqual({ customers: 1 });
    expect((await see(`churn?${range}`)).body).toEqual({ customers: 1 });
    expect((await see('churn')).status).toBe(422);
    const week = (await see('histogram?bucket=week')).body.items as {
      new: number;
      ended: number;
    }[];
    expect(week.map((one) => one.ended).reduce((sum, one) => sum + one, 0)).toBe(
      week.reduce((sum, one) => sum + one.new, 0),
    );
    expect((await see('mrr?bucket=month')).body).toEqual({ items: [], next: null });
    expect((await see('mrr?bucket=eon')).status).toBe(422);
    expect((await calls.get(`${prefix}/admin/insights/customers`, 'ann')).status).toBe(403);
  });

  test('an operator sees what was told, and gives dead letters anew, saying why', async () => {
    const calls = await started();
    await kit().subscribe({ customer: 'ann', plan: 'pro' });
    const see = (path: string) => calls.get(`${prefix}/admin/events${path}`, 'root', asAdmin);

    const told = (await see('?type=subscription.created&customer=ann')).body;
    expect(told).toMatchObject({
      items: [{ type: 'subscription.created', customer: 'ann' }],
      next: null,
    });
    expect((await see('?from=2999-01-01T00:00:00Z')).body).toMatchObject({ items: [] });
    expect((await see('/dead')).body).toEqual({ items: [], next: null });
    const again = (body: object) =>
      calls.post(`${prefix}/admin/events/replay`, 'root', { consumer: 'mailer', ...body }, asAdmin);
    expect((await again({ reason: 'mended' })).body).toEqual({ replayed: 0 });
    expect((await again({})).status).toBe(422);
    expect((await calls.get(`${prefix}/admin/events`, 'ann')).status).toBe(403);
    const audit = await calls.get(`${prefix}/admin/audit?operation=events.replay`, 'root', asAdmin);
    expect(audit.body.items).toMatchObject([{ reason: 'mended', subject: { id: 'mailer' } }]);
  });
});
