/** Webhook endpoints and jobs over HTTP: operators manage them, nobody else, and secrets are shown once. */
import { expect, test } from 'vitest';
import { describeContract } from './contract.ts';

const asAdmin = { 'x-admin': 'yes' };

describeContract('webhook endpoints', ({ kit, host }) => {
  const prefix = '/billing';
  const root = `${prefix}/admin/webhooks`;
  const started = () => host([{ method: 'GET', path: '/hosts-own' }], {}, prefix);
  const asked = {
    url: 'https://hooks.example.com/bursar',
    types: ['customer.created'],
    reason: 'for accounting',
  };

  test('are added, changed, given a new secret, and removed, each with a reason', async () => {
    const calls = await started();
    const post = (path: string, body: object) =>
      calls.post(`${root}${path}`, 'root', body, asAdmin);

    const made = await post('', asked);
    const { id } = made.body.endpoint;
    const changed = await post(`/${id}/update`, { enabled: false, reason: 'moving' });
    const rotated = await post(`/${id}/rotateSecret`, { overlap: 'PT1H', reason: 'yearly' });
    const seen = await calls.get(`${root}/${id}`, 'root', asAdmin);
    const list = await calls.get(root, 'root', asAdmin);
    const replayed = await post(`/${id}/replay`, { reason: 'mended' });
    const gone = await post(`/${id}/delete`, { reason: 'moved' });

    expect(made).toMatchObject({
      status: 201,
      body: {
        endpoint: { url: asked.url, types: asked.types, enabled: true, disabledBecause: null },
        secret: expect.stringMatching(/^whsec_/),
      },
    });
    expect(changed).toMatchObject({ status: 200, body: { disabledBecause: 'asked' } });
    expect(rotated.body.secret).not.toBe(made.body.secret);
    expect(rotated.body.endpoint.previousUntil).toEqual(expect.any(String));
    expect(seen.body).toEqual(rotated.body.endpoint);
    expect(list.body).toEqual({ items: [seen.body] });
    expect(JSON.stringify([changed, seen, list])).not.toContain('whsec_');
    expect(replayed.body).toEqual({ replayed: 0 });
    expect(gone.body).toEqual({ deleted: id });
    expect((await calls.get(`${root}/${id}`, 'root', asAdmin)).status).toBe(404);
    const audit = await calls.get(`${prefix}/admin/audit?operation=webhooks.`, 'root', asAdmin);
    expect(audit.body.items.map(({ reason }: { reason: string }) => reason)).toEqual([
      ...['moved', 'mended', 'yearly', 'moving', 'for accounting'],
    ]);
  });

  test.each([
    ['no reason', { reason: undefined }, '/reason'],
    ['a private address', { url: 'https://192.168.0.1/' }, '/url'],
    ['plain http', { url: 'http://example.com/' }, '/url'],
    ['no such event', { types: ['customer.exploded'] }, '/types/0'],
    ['what is not known', { secret: 'mine' }, '/secret'],
  ])('with %s are refused where it is wrong', async (_, wrong, pointer) => {
    const calls = await started();

    const refused = await calls.post(root, 'root', { ...asked, ...wrong }, asAdmin);

    expect(refused.status).toBe(422);
    expect(refused.body.errors).toMatchObject([{ pointer }]);
    expect(await kit().webhooks.list()).toEqual([]);
  });

  test('and jobs are for operators only', async () => {
    const calls = await started();
    const { endpoint } = await kit().webhooks.create({
      url: asked.url,
      types: ['webhook.disabled'],
    });
    const { job } = await kit().wallet.queue({
      ...{ customer: 'ann', unit: 'points', operation: 'credit' },
      ...{ amount: 1, idempotencyKey: 'k' },
    });

    for (const path of ['webhooks', `webhooks/${endpoint.id}`, 'jobs'])
      expect((await calls.get(`${prefix}/admin/${path}`, 'ann')).status).toBe(403);
    expect((await calls.post(root, 'ann', asked)).status).toBe(403);
    const jobs = await calls.get(`${prefix}/admin/jobs?kind=wallet.change`, 'root', asAdmin);
    expect(jobs.body).toMatchObject({ items: [{ id: job, kind: 'wallet.change' }], next: null });
    const log = await calls.get(`${root}/${endpoint.id}/deliveries`, 'root', asAdmin);
    expect(log.body).toEqual({ items: [], next: null });
    const again = { job, reason: 'mended' };
    expect((await calls.post(`${prefix}/admin/jobs/retry`, 'root', again, asAdmin)).body).toEqual({
      retried: 0,
    });
    expect(
      (await calls.post(`${prefix}/admin/jobs/retry`, 'root', { reason: 'r' }, asAdmin)).status,
    ).toBe(422);
  });
});
