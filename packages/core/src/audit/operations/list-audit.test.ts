/**
 * The audit is found by any of what a line says, and holds nothing of a person that could not be deleted.
 */
import { beforeAll, expect, test } from 'vitest';
import { describeMigrated, type MigratedDatabase, openTestScope } from '#test/kernel.ts';
import { ensureCustomer } from '../../customers/index.ts';
import { sql } from '../../kernel/index.ts';
import { type Audited, audited, type ListAudit, listAudit } from '../index.ts';

const grant = { type: 'grant', id: 'grt_1' };
const lines: readonly (Omit<Audited, 'facts'> & { day: number; actor: string })[] = [
  { day: 1, actor: 'root', operation: 'wallet.credit', customer: 'ann', subject: null },
  { day: 2, actor: 'root', operation: 'wallet.voidGrant', customer: 'ann', subject: grant },
  { day: 3, actor: 'root', operation: 'walletless', customer: 'ann', subject: null },
  { day: 4, actor: 'eve', operation: 'wallet.voidGrant', customer: 'bob', subject: grant },
  { day: 5, actor: 'eve', operation: 'wallet_.x', customer: null, subject: { ...grant, id: '2' } },
];
let tenants = 0;

describeMigrated('the audit', (make) => {
  let home: MigratedDatabase;
  beforeAll(async () => {
    home = await make();
  });
  const at = (tenant: string, day: number, actor?: string) =>
    openTestScope(home.database, { tenant, actor, now: new Date(Date.UTC(2026, 0, day)) });

  async function written() {
    const tenant = `audit${++tenants}`;
    for (const { day, actor, ...line } of lines) {
      const scope = await at(tenant, day, actor);
      if (line.customer !== null) await ensureCustomer(scope, { customer: line.customer });
      await audited(
        scope,
        `of day ${day}`,
        async () => {},
        () => ({ ...line, facts: { day } }),
      );
    }
    const scope = await at(tenant, 9);
    const days = async (input: ListAudit) =>
      (await listAudit(scope, input)).items.map(({ facts }) => facts.day);
    return { scope, days };
  }

  test.each<[ListAudit, number[]]>([
    [{ customer: 'ann' }, [3, 2, 1]],
    [{ actor: 'eve' }, [5, 4]],
    [{ operation: 'wallet.credit' }, [1]],
    [{ operation: 'wallet.' }, [4, 2, 1]],
    [{ subject: { type: 'grant' } }, [5, 4, 2]],
    [{ subject: grant }, [4, 2]],
    [{ from: new Date('2026-01-02'), until: new Date('2026-01-04') }, [3, 2]],
    [{ operation: 'wallet.', actor: 'root', subject: grant }, [2]],
    [{ customer: 'nobody' }, []],
  ])('is narrowed by %j', async (filter, expected) => {
    const { days } = await written();

    expect(await days(filter)).toEqual(expected);
  });

  test('is paged under its filters, with the total of all pages when asked', async () => {
    const { scope } = await written();
    const filter = { operation: 'wallet.', limit: 2, count: true };

    const first = await listAudit(scope, filter);
    const second = await listAudit(scope, { ...filter, cursor: first.next ?? '' });

    expect([first, second].map(({ items, total }) => [items.length, total])).toEqual([
      ...[[2, 3]],
      ...[[1, 3]],
    ]);
    expect(second.next).toBeNull();
  });

  test('a filter that cannot be read, or the cursor of another list, is refused by name', async () => {
    const { scope } = await written();

    for (const [input, pointer] of [
      [{ actor: '' }, '/actor'],
      [{ subject: { id: 'grt_1' } }, '/subject/type'],
      [{ to: new Date() }, '/to'],
    ] as const)
      await expect(listAudit(scope, input as never)).rejects.toMatchObject({
        ...{ code: 'validation', details: { errors: [{ pointer }] } },
      });
    await expect(listAudit(scope, { cursor: 'WyJldmVudHMiLDFd' })).rejects.toMatchObject({
      code: 'cursor',
    });
  });

  test('what of a person was changed stands with its line until it is deleted; the line stays', async () => {
    const scope = await at(`audit${++tenants}`, 1);
    await ensureCustomer(scope, { customer: 'ann' });
    const personal = {
      email: { before: null, after: 'ann@example.com' },
      name: { before: 'Ann', after: null },
    };
    const change = { operation: 'customers.update', customer: 'ann', subject: null, facts: {} };
    await audited(
      scope,
      'asked for it',
      async () => {},
      () => ({ ...change, personal }),
    );
    const [line] = (await listAudit(scope, {})).items;

    await scope.run(sql`delete from bursar.audit_values where tenant_id = ${scope.tenant.id}::int`);

    expect(line).toMatchObject({ reason: 'asked for it', personal });
    expect((await listAudit(scope, {})).items).toEqual([{ ...line, personal: {} }]);
  });
});
