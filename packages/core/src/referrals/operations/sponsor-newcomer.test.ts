/** Whoever is new gets its sponsor by the first code that came with it; a link counts for as long as it is set, and no longer. */
import { beforeAll, expect, test } from 'vitest';
import { describeMigrated, type MigratedDatabase, openTestScope } from '#test/kernel.ts';
import { ensureCustomer, upsertCustomer } from '../../customers/index.ts';
import type { News, Origin, Scope } from '../../kernel/index.ts';
import { setSetting } from '../../settings/index.ts';
import { signClick } from '../link.ts';
import { captureClick } from './capture-click.ts';
import { findReferral } from './find-tree.ts';
import { giveCode } from './give-code.ts';
import { sponsorNewcomer } from './sponsor-newcomer.ts';

let tenants = 0;
const start = '2026-01-10T12:00:00.500Z';
const secrets = ['the first secret', 'the second secret'];

describeMigrated('the sponsor of whoever is new', (make, engine) => {
  let home: MigratedDatabase;
  beforeAll(async () => {
    home = await make();
  });
  async function fresh() {
    const tenant = `new${++tenants}`;
    const news: News[] = [];
    const open = (given: { now?: string; origin?: Origin; linkSecrets?: string[] } = {}) =>
      openTestScope(home.database, {
        ...{ tenant, now: new Date(given.now ?? start), origin: given.origin },
        ports: { sponsorNewcomer, linkSecrets: given.linkSecrets ?? secrets },
        publish: (told) => void news.push(...told),
      });
    const scope = await open();
    await giveCode(scope, { customer: 'ann', code: 'ANN' });
    await giveCode(scope, { customer: 'bob', code: 'BOB' });
    /** Makes somebody at a moment, with a code and a cookie of the request; says who sponsors it. */
    let made = 0;
    async function come(said: { code?: string; cookie?: string; now?: string; state?: string }) {
      const customer = `new${++made}`;
      const cookie = (name: string) => (name === 'ref_code' ? said.cookie : undefined);
      const origin = { ...silence, customer, code: said.code, cookie };
      const inner = await open({ origin, ...(said.now && { now: said.now }) });
      const { customer: row } = await upsertCustomer(inner, { customer, referralCode: said.state });
      return (await findReferral(inner, row.id)).sponsor;
    }
    return { scope, open, come, news };
  }
  const attached = (news: News[]) => news.filter(({ type }) => type === 'referral.attached');

  test('is whose code comes first: what the host passes, what the request says, its cookie', async () => {
    const { scope, come, news } = await fresh();
    const cookie = signClick(scope, 'BOB');

    const sponsors = [
      await come({ state: 'ann', code: 'BOB', cookie }),
      await come({ code: ' ann ', cookie }),
      await come({ code: ' ', state: '', cookie }),
      await come({}),
    ];

    expect(sponsors).toEqual(['ann', 'ann', 'bob', null]);
    expect(attached(news).map(({ customer, data }) => [customer, data.sponsor])).toEqual([
      ...[
        ['new1', 'ann'],
        ['new2', 'ann'],
        ['new3', 'bob'],
      ],
    ]);
  });

  test('is nobody, without an error or an event, where the deciding code is unknown, made up, or of elsewhere', async () => {
    const { scope, open, come, news } = await fresh();
    const { scope: elsewhere } = await fresh();
    const good = signClick(scope, 'ANN');
    const [code, seconds, signature] = good.split('.');

    const sponsors = [
      await come({ code: 'NOBODY', cookie: good }),
      await come({ code: 'not a code', cookie: good }),
      await come({ cookie: 'ANN' }),
      await come({ cookie: `BOB.${seconds}.${signature}` }),
      await come({ cookie: `${code}.${Number(seconds) + 1}.${signature}` }),
      await come({ cookie: signClick(elsewhere, 'ANN') }),
      await come({
        cookie: signClick(await open({ linkSecrets: ['somebody else’s secret'] }), 'ANN'),
      }),
    ];

    expect(sponsors).toEqual(Array(7).fill(null));
    expect(attached(news)).toEqual([]);
  });

  test('counts a link up to its last day by what was signed, and an old secret for as long as it is named', async () => {
    const { open, come } = await fresh();
    const old = await open({ linkSecrets: ['the second secret'] });
    const cookie = signClick(old, 'ANN');

    expect(await come({ cookie, now: '2026-02-09T11:59:59.999Z' })).toBe('ann');
    expect(await come({ cookie, now: '2026-02-09T12:00:00.000Z' })).toBeNull();
    await setSetting(await open(), { key: 'referrals.linkTtlDays', value: 60 });
    expect(await come({ cookie, now: '2026-02-09T12:00:00.000Z' })).toBe('ann');
  });

  test('is nobody while referrals are off, and never changes afterwards', async () => {
    const { scope, come, open } = await fresh();
    await setSetting(scope, { key: 'referrals.enabled', value: false });
    expect(await come({ code: 'ANN' })).toBeNull();
    await setSetting(scope, { key: 'referrals.enabled', value: true });

    const origin = { ...silence, customer: 'new1', code: 'ANN' };
    await ensureCustomer(await open({ origin }), { customer: 'new1' });
    const known = await ensureCustomer(scope, { customer: 'new1' });

    expect(await findReferral(scope, known.id)).toEqual({ code: null, sponsor: null });
  });

  test.runIf(engine === 'postgres')(
    'of forty who come by one code at once each has it, once',
    async () => {
      const { come, news } = await fresh();

      const sponsors = await Promise.all(Array.from({ length: 40 }, () => come({ code: 'ANN' })));

      expect(sponsors).toEqual(Array(40).fill('ann'));
      expect(attached(news)).toHaveLength(40);
    },
  );

  const visit = (ref: string | null, cookie?: string) => ({
    ...{ param: (name: string) => (name === 'ref' ? ref : null), cookie: () => cookie },
    ...{ address: '192.0.2.7', agent: 'Mozilla\0', path: '/welcome' },
  });
  const clicks = (scope: Scope) =>
    scope.many(
      {
        text: 'select * from bursar.referral_clicks where tenant_id = $1',
        values: [scope.tenant.id],
      },
      (row) => [...[row.code, row.address, row.agent, row.path]],
    );

  test('is kept of the last click, or where it is set so of the first one that still counts', async () => {
    const { scope } = await fresh();
    const first = await captureClick(scope, visit('ann'));

    const last = await captureClick(scope, visit('BOB', first?.value));
    await setSetting(scope, { key: 'referrals.lastClickWins', value: false });
    const kept = [
      await captureClick(scope, visit('BOB', first?.value)),
      await captureClick(scope, visit('BOB', 'made.up.value')),
    ];

    expect(first).toMatchObject({ name: 'ref_code', ageSeconds: 30 * 86_400 });
    expect([first, last, ...kept].map((one) => one?.value.split('.')[0] ?? null)).toEqual([
      ...['ANN', 'BOB', null, 'BOB'],
    ]);
    expect(await clicks(scope)).toEqual([]);
  });

  test('is not kept of a link without a code that somebody has, without a secret, or while referrals are off', async () => {
    const { scope, open, news } = await fresh();
    const unsigned = await open({ linkSecrets: [] });

    const kept = [
      await captureClick(scope, visit(null)),
      await captureClick(scope, visit('NOBODY')),
      await captureClick(scope, visit('<script>')),
      await captureClick(unsigned, visit('ANN')),
    ];
    await setSetting(scope, { key: 'referrals.enabled', value: false });
    kept.push(await captureClick(scope, visit('ANN')));

    expect(kept).toEqual([null, null, null, null, null]);
    expect(news.filter(({ type }) => type === 'referral.clicked')).toEqual([]);
  });

  test('is logged of each click where that is set, and told either way', async () => {
    const { scope, news } = await fresh();
    await captureClick(scope, visit('ANN'));
    await setSetting(scope, { key: 'referrals.logClicks', value: true });
    await captureClick(scope, visit('bob'));

    expect(await clicks(scope)).toEqual([['BOB', '192.0.2.7', 'Mozilla\uFFFD', '/welcome']]);
    const told = news.filter(({ type }) => type === 'referral.clicked');
    expect(told.map(({ data }) => data)).toEqual([
      { code: 'ANN', sponsor: 'ann' },
      { code: 'BOB', sponsor: 'bob' },
    ]);
  });
});

const silence = { locales: [], countries: [], zones: [], code: undefined, cookie: () => undefined };
