/** Guards that reserve: the handler captures what the work truly cost. */
import { expect, test, vi } from 'vitest';
import { abort, describeContract } from './contract.ts';
import type { Handling, HostRoute } from './host.ts';

const chat: HostRoute = {
  method: 'POST',
  path: '/chat',
  guards: [['consumes', 'ai-tokens', 60, { hold: 'PT5M' }]],
  handle: ({ bursar, body }: Handling) => bursar.capture(body.tokens),
};

describeContract('holds of guards', ({ kit, host }) => {
  const tokens = async () => {
    const { used, held, available } = await kit().check({
      customer: 'ann',
      feature: 'ai-tokens',
      amount: 0,
    });
    return { used, held, available };
  };
  const subscribed = () => kit().subscribe({ customer: 'ann', plan: 'pro' });

  test('less than was held: the rest comes back', async () => {
    await subscribed();
    const calls = await host([chat]);

    expect((await calls.post('/chat', 'ann', { tokens: 23 })).body).toEqual({
      captured: 23,
      shortfall: 0,
    });
    expect(await tokens()).toEqual({ used: 23, held: 0, available: 77 });
  });

  test('more than was held: as much of the rest as there is, and no throw', async () => {
    await subscribed();
    const calls = await host([chat]);

    expect((await calls.post('/chat', 'ann', { tokens: 70 })).body).toEqual({
      captured: 70,
      shortfall: 0,
    });
    expect(await tokens()).toEqual({ used: 70, held: 0, available: 30 });
    // Too little is left to hold 60.
    expect((await calls.post('/chat', 'ann', { tokens: 1 })).status).toBe(429);
    expect(await kit().ledger.verify()).toMatchObject({ ok: true });
  });

  test('more than there is: what nothing covers is the shortfall', async () => {
    await subscribed();
    const calls = await host([chat]);

    expect((await calls.post('/chat', 'ann', { tokens: 130 })).body).toEqual({
      captured: 100,
      shortfall: 30,
    });
    expect(await tokens()).toEqual({ used: 100, held: 0, available: 0 });
  });

  test('0 releases', async () => {
    await subscribed();
    const calls = await host([chat]);

    expect((await calls.post('/chat', 'ann', { tokens: 0 })).body).toEqual({
      captured: 0,
      shortfall: 0,
    });
    expect(await tokens()).toEqual({ used: 0, held: 0, available: 100 });
  });

  test.each([-1, 0.5, '7'])(
    'capturing %s is refused by the host’s own error handler with 422',
    async (amount) => {
      await subscribed();
      const calls = await host([chat]);

      expect((await calls.post('/chat', 'ann', { tokens: amount })).status).toBe(422);
      expect(await tokens()).toMatchObject({ held: 0 });
    },
  );

  test('finished without a capture: all of it below 500, none from 500', async () => {
    await subscribed();
    const calls = await host([
      { ...chat, path: '/200', handle: async () => ({}) },
      { ...chat, path: '/500', handle: async () => ({ status: 500 }) },
      { ...chat, path: '/throws', handle: () => Promise.reject(new Error('broken')) },
      {
        ...chat,
        path: '/400',
        guards: [['consumes', 'ai-tokens', 10, { hold: true }]],
        handle: () =>
          Promise.reject(Object.assign(new Error('bad'), { statusCode: 400, status: 400 })),
      },
    ]);

    await calls.post('/500', 'ann');
    await calls.post('/throws', 'ann');
    expect(await tokens()).toEqual({ used: 0, held: 0, available: 100 });
    await calls.post('/200', 'ann');
    expect(await tokens()).toEqual({ used: 60, held: 0, available: 40 });
    expect((await calls.post('/400', 'ann')).status).toBe(400);
    expect(await tokens()).toEqual({ used: 70, held: 0, available: 30 });
  });

  test('a capture stands whatever the status becomes', async () => {
    await subscribed();
    const handle = async ({ bursar }: Handling) => {
      await bursar.capture(10);
      return { status: 500 };
    };
    const calls = await host([{ ...chat, handle }]);

    await calls.post('/chat', 'ann');

    expect(await tokens()).toEqual({ used: 10, held: 0, available: 90 });
  });

  test('a second capture is refused', async () => {
    await subscribed();
    const handle = async ({ bursar }: Handling) => {
      await bursar.capture(10);
      return bursar.capture(10).catch((error: { code: string }) => ({ code: error.code }));
    };
    const calls = await host([{ ...chat, handle }]);

    expect((await calls.post('/chat', 'ann')).body).toEqual({ code: 'hold_closed' });
    expect(await tokens()).toMatchObject({ used: 10 });
  });

  test('two holds are told apart by their feature; without a hold there is nothing to capture', async () => {
    await subscribed();
    const codeOf = (work: Promise<unknown>) => work.catch((error: { code: string }) => error.code);
    const handle = async ({ bursar }: Handling) => ({
      unnamed: await codeOf(bursar.capture(1)),
      tokens: await bursar.capture(5, 'ai-tokens'),
      calls: await bursar.capture(2, 'api-calls'),
    });
    const guards = [...(chat.guards ?? []), ['consumes', 'api-calls', 3, { hold: true }]] as const;
    const calls = await host([
      { ...chat, guards, handle },
      {
        ...chat,
        path: '/none',
        guards: [],
        handle: async ({ bursar }) => ({ code: await codeOf(bursar.capture(1)) }),
      },
    ]);

    expect((await calls.post('/chat', 'ann')).body).toEqual({
      unnamed: 'invalid_state',
      tokens: { captured: 5, shortfall: 0 },
      calls: { captured: 2, shortfall: 0 },
    });
    expect((await calls.post('/none', 'ann')).body).toEqual({ code: 'invalid_state' });
    expect(await tokens()).toEqual({ used: 5, held: 0, available: 95 });
  });

  test('a hold of nothing can be captured from what is available', async () => {
    await subscribed();
    const calls = await host([
      { ...chat, guards: [['consumes', 'ai-tokens', () => 0, { hold: true }]] },
    ]);

    expect((await calls.post('/chat', 'ann', { tokens: 7 })).body).toEqual({
      captured: 7,
      shortfall: 0,
    });
    expect(await tokens()).toEqual({ used: 7, held: 0, available: 93 });
  });

  test('under enforce: false a capture never throws', async () => {
    const calls = await host([chat], { enforce: false });

    expect((await calls.post('/chat', 'ann', { tokens: 7 })).body).toEqual({
      captured: 0,
      shortfall: 7,
    });
    expect((await calls.post('/chat', undefined, { tokens: 7 })).body).toEqual({
      captured: 0,
      shortfall: 7,
    });
  });

  test('a stream captures when it has ended', async () => {
    await subscribed();
    const handle = async ({ bursar, stream }: Handling) =>
      stream(
        (async function* parts() {
          let spent = 0;
          try {
            for (const part of ['one ', 'two ', 'three']) {
              spent += 4;
              yield part;
            }
          } finally {
            await bursar.capture(spent);
          }
        })(),
      );
    const calls = await host([{ ...chat, handle }]);

    await calls.post('/chat', 'ann');

    await vi.waitFor(async () =>
      expect(await tokens()).toEqual({ used: 12, held: 0, available: 88 }),
    );
  });

  test('a client that goes away leaves the hold to the handler’s finally', async () => {
    await subscribed();
    const captured = vi.fn();
    const handle = async ({ bursar, gone }: Handling) => {
      try {
        await gone;
        expect(await tokens()).toMatchObject({ held: 60 });
      } finally {
        captured(await bursar.capture(33));
      }
      return {};
    };
    const calls = await host([{ ...chat, handle }]);

    await abort(calls, '/chat');

    await vi.waitFor(
      () => expect(captured).toHaveBeenCalledWith({ captured: 33, shortfall: 0 }),
      3000,
    );
    expect(await tokens()).toEqual({ used: 33, held: 0, available: 67 });
  });
});
