/**
 * Nobody reaches what is somebody else's, by any verb: not another tenant, and not another customer of the same one. To them
 * it is not there, in the very words that are used of what never was.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#test/kit.ts';
import { silentLogger } from '#test/silent-logger.ts';
import { type Asked, actsForNobody, type Case, cases, pages } from '#test/stranger-verbs.ts';
import {
  apartFrom,
  dumpOf,
  leaked,
  type Names,
  neverMade,
  outcomeOf,
  settle,
} from '#test/strangers.ts';
import { type Ask, describeWalled } from '#test/walled.ts';
import { catalog } from '../../../../test/contract/catalog.ts';
import { type Bursar, createBursar, fixedRates } from '../index.ts';

const rates = fixedRates({ base: 'EUR', rates: { points: '3' }, source: 'house' });
const key = 'the same key for all';

test('every verb of the kit and of a handle has its cases', () => {
  const kit = createBursar({ catalog, database: 'memory://', rates, triggers: { visit: {} } });
  const verbs = new Set([...verbsOf(kit), ...verbsOf(kit.customer('ann'))]);
  for (const verb of actsForNobody) verbs.delete(verb);

  expect(Object.keys(cases).sort()).toEqual([...verbs].sort());
});

describeWalled('a stranger', (makePlace) => {
  let bursar: Bursar;
  let ask: Ask;
  let scenes = 0;
  beforeAll(async () => {
    const place = await makePlace();
    bursar = createBursar({
      ...{ ...place.options, catalog, rates, triggers: { visit: {} } },
      logger: silentLogger,
    }) as unknown as Bursar;
    ask = place.ask(bursar);
    await bursar.ready();
  });
  afterAll(() => bursar.close());

  /**
   * Two owners in a tenant of their own: Ann has made the call herself, under the key the strangers use; on what is Bea's it
   * would do as much.
   */
  async function victims(one: Case) {
    scenes += 1;
    const tenant = `victim-${scenes}`;
    const kit = bursar.tenant(tenant);
    const anns = await ownerOf(one, kit, 'ann-private');
    const first = await outcomeOf(() => one.call({ kit, who: anns.customer, names: anns }));
    if (one.kind !== 'wide') expect(first).toMatchObject({ status: 200 });
    return { tenant, kit, names: await ownerOf(one, kit, 'bea-private') };
  }

  async function ownerOf({ before }: Case, kit: Asked['kit'], who: string): Promise<Names> {
    const names = await settle(kit, who, key);
    await before?.({ kit, who, names });
    return names;
  }

  describe.each(Object.keys(cases))('by %s', (verb) => {
    const all = (cases[verb] ?? []).map((one, index) => [`${index + 1} ${one.kind}`, one] as const);

    test.each(all)('finds nothing and changes nothing: %s', async (_, one) => {
      const { tenant, kit, names } = await victims(one);
      const thief = bursar.tenant(`thief-${scenes}`);
      const none = neverMade();
      await Promise.all([mine(one, thief, 'mallory'), mine(one, thief, 'oscar')]);
      const { rows, marks } = await dumpOf(ask, tenant);

      await expectAlike(one, marks, [
        { kit: thief, who: 'mallory', names },
        { kit: thief, who: 'oscar', names: none },
      ]);
      await expectAlike(one, marks, [
        { kit: thief, who: names.customer, names },
        { kit: thief, who: none.customer, names: none },
      ]);
      expect((await dumpOf(ask, tenant)).rows).toEqual(rows);

      if (one.kind !== 'named' && one.kind !== 'plain') return;
      const owners = ['ann-private', 'bea-private'];
      await Promise.all([mine(one, kit, 'mallory'), mine(one, kit, 'oscar')]);
      const before = await dumpOf(ask, tenant, owners);

      await expectAlike(one, marks, [
        { kit, who: 'mallory', names },
        { kit, who: 'oscar', names: neverMade() },
      ]);
      expect((await dumpOf(ask, tenant, owners)).rows).toEqual(before.rows);
    });
  });

  test.each(Object.keys(pages))(
    'with another tenant’s cursor sees only its own: %s',
    async (list) => {
      scenes += 1;
      const [owners, thief] = [bursar.tenant(`victim-${scenes}`), bursar.tenant(`thief-${scenes}`)];
      const names = await settle(owners, 'ann-private', key);
      await settle(owners, 'bea-private', key);
      await settle(thief, 'mallory', key);
      const page = pages[list] as NonNullable<(typeof pages)[string]>;
      const { marks } = await dumpOf(ask, `victim-${scenes}`);

      const { next } = await page({ kit: owners, who: names.customer, names });
      const theirs = await outcomeOf(() =>
        page({ kit: thief, who: 'mallory', names }, next ?? undefined),
      );

      expect(next).toEqual(expect.any(String));
      expect([null, 'cursor']).toContain(theirs.code);
      expect(leaked(theirs.text, neverMade(), marks)).toEqual([]);
    },
  );

  test('of another tenant sees no dead letter, and gives none anew', async () => {
    const [owners, thief] = [bursar.tenant('victim'), bursar.tenant('thief')];
    await owners.customers.upsert({ customer: 'ann-private' });
    const off = bursar.events.consumer('broken', {
      ...{ types: ['customer.updated'] as const, attempts: 1, from: 'now' as const },
      handle: () => Promise.reject(new Error('private')),
    });
    await bursar.start();
    await owners.customers.upsert({ customer: 'ann-private', name: 'ann' });
    await eventually(async () => (await owners.events.deadLetters()).items.length === 1);
    off();
    const [letter] = (await owners.events.deadLetters()).items;
    const names = { ...neverMade(), event: letter?.event.id ?? '' };
    const { rows, marks } = await dumpOf(ask, 'victim');

    for (const one of [...(cases['events.deadLetters'] ?? []), ...(cases['events.replay'] ?? [])])
      await expectAlike(one, marks, [
        { kit: thief, who: 'mallory', names },
        { kit: thief, who: 'oscar', names: neverMade() },
      ]);

    expect((await dumpOf(ask, 'victim')).rows).toEqual(rows);
    expect(
      await owners.events.replay({ consumer: 'broken', event: names.event, reason: 'ours' }),
    ).toEqual({
      replayed: 1,
    });
  });

  /** A stranger with as much of its own, so that no call fails for want of something. */
  async function mine(one: Case, kit: Asked['kit'], who: string): Promise<void> {
    const names = await settle(kit, who, 'of its own');
    if (one.kind === 'plain') await one.before?.({ kit, who, names });
  }
});

/** Both calls answer the same but for the names they asked with, and the first says nothing of whose names it has. */
async function expectAlike(
  one: Case,
  marks: readonly string[],
  [asked, never]: readonly [Asked, Asked],
): Promise<void> {
  const people = [asked.who, never.who];
  const theirs = await outcomeOf(() => one.call(asked));
  const nobodys = await outcomeOf(() => one.call(never));

  expect({ ...theirs, text: apartFrom(theirs.text, asked.names, people) }).toEqual({
    ...nobodys,
    text: apartFrom(nobodys.text, never.names, people),
  });
  if (one.kind === 'named' || one.kind === 'outright')
    expect(theirs).toMatchObject({ status: 404 });
  expect(leaked(theirs.text, asked.names, marks)).toEqual([]);
}

function verbsOf(kit: object, prefix = ''): string[] {
  return Object.entries(kit).flatMap(([name, value]) => {
    if (typeof value === 'function') return [`${prefix}${name}`];
    return typeof value === 'object' && value !== null ? verbsOf(value, `${prefix}${name}.`) : [];
  });
}
