/** When what a guard took comes back, and that it is back before the response is. */
import { expect, test, vi } from 'vitest';
import { abort, describeContract } from './contract.ts';
import type { HostRoute } from './host.ts';

const render: HostRoute = { method: 'POST', path: '/render', guards: [['consumes', 'api-calls']] };

describeContract('giving back', ({ kit, host }) => {
  const used = async () =>
    (await kit().check({ customer: 'ann', feature: 'api-calls', amount: 0 })).used;

  test('a handler that throws, or answers from 500, gets its spend back before the response ends', async () => {
    const calls = await host([
      { ...render, path: '/throws', handle: () => Promise.reject(new Error('broken')) },
      { ...render, path: '/503', handle: async () => ({ status: 503 }) },
    ]);

    expect((await calls.post('/throws', 'ann')).status).toBe(500);
    expect(await used()).toBe(0);
    expect((await calls.post('/503', 'ann')).status).toBe(503);
    expect(await used()).toBe(0);
    expect(await kit().ledger.verify()).toMatchObject({ ok: true });
  });

  test('a refusal of the host’s own keeps the spend', async () => {
    const calls = await host([{ ...render, handle: async () => ({ status: 404 }) }]);

    await calls.post('/render', 'ann');

    expect(await used()).toBe(1);
  });

  test('refundOn decides in place of the rule, and is told how it ended', async () => {
    const refundOn = vi.fn(({ status }: { status: number }) => status === 404);
    const guards = [['consumes', 'api-calls', 1, { refundOn }]] as const;
    const calls = await host([
      { ...render, path: '/404', guards, handle: async () => ({ status: 404 }) },
      { ...render, path: '/500', guards, handle: async () => ({ status: 500 }) },
    ]);

    await calls.post('/404', 'ann');
    expect(await used()).toBe(0);
    await calls.post('/500', 'ann');
    expect(await used()).toBe(1);
    expect(refundOn.mock.calls.map(([outcome]) => outcome)).toEqual([
      { status: 404, error: undefined, aborted: false },
      { status: 500, error: undefined, aborted: false },
    ]);
  });

  test('a later guard that refuses gives back what earlier ones took', async () => {
    const handle = vi.fn(async () => ({}));
    const calls = await host([
      {
        ...render,
        guards: [
          ['consumes', 'api-calls', 2],
          ['minBalance', 'points', 1],
        ],
        handle,
      },
      {
        ...render,
        path: '/held',
        guards: [
          ['consumes', 'api-calls', 2, { hold: true }],
          ['subscribed', 'track-time'],
        ],
        handle,
      },
    ]);

    expect((await calls.post('/render', 'ann')).status).toBe(402);
    expect((await calls.post('/held', 'ann')).status).toBe(403);

    expect(handle).not.toHaveBeenCalled();
    expect(await kit().check({ customer: 'ann', feature: 'api-calls' })).toMatchObject({
      used: 0,
      held: 0,
      available: 5,
    });
    expect(await kit().ledger.verify()).toMatchObject({ ok: true });
  });

  test('a host’s function that fails in a later guard gives back too', async () => {
    const fails = () => {
      throw new Error('no amount');
    };
    const calls = await host([
      {
        ...render,
        guards: [
          ['consumes', 'api-calls'],
          ['consumes', 'api-calls', fails],
        ],
      },
    ]);

    expect((await calls.post('/render', 'ann')).status).toBe(500);
    expect(await used()).toBe(0);
  });

  test('a client that goes away pays, unless refundOn says otherwise', async () => {
    let goneTimes = 0;
    const handle: HostRoute['handle'] = async ({ gone }) => {
      await gone;
      goneTimes += 1;
      return {};
    };
    const refundOn = ({ aborted }: { aborted: boolean }) => aborted;
    const calls = await host([
      { ...render, path: '/pays', handle },
      { ...render, path: '/free', guards: [['consumes', 'api-calls', 2, { refundOn }]], handle },
    ]);

    await abort(calls, '/pays');
    await vi.waitFor(() => expect(goneTimes).toBe(1));
    await abort(calls, '/free');
    await vi.waitFor(() => expect(goneTimes).toBe(2));

    await vi.waitFor(async () => expect(await used()).toBe(1), 3000);
  });
});
