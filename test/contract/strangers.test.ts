/**
 * Nobody reaches what is somebody else's, by any route: not a customer, and not an operator of another tenant. To them it is
 * not there, in the very problem that answers for what never was.
 */
import { expect, test } from 'vitest';
import type { Asked } from '#test/stranger-verbs.ts';
import { type AnyKit, apartFrom, dumpOf, leaked, neverMade, settle } from '#test/strangers.ts';
import { type Calls, type Contract, describeContract } from './contract.ts';
import { type Asking, empty, requests, signed, successive } from './stranger-requests.ts';

const key = 'the same key for all';

describeContract('a stranger at the routes', strangersAtTheRoutes, { worker: false });

function strangersAtTheRoutes(contract: Contract): void {
  test('every operation of the document has its request', async () => {
    const operations = await operationsOf(await contract.host([]));

    expect(Object.keys(requests).sort()).toEqual(operations.map(({ name }) => name).sort());
  });

  test('an owner is served, under a key that others will use again', async () => {
    const calls = await contract.host([]);
    const kit = contract.kit();

    for (const [index, operation] of (await operationsOf(calls)).entries()) {
      const { before } = requests[operation.name] as Asking;
      const names = await settle(kit, `owner-${index}`, key);
      await before({ kit, who: names.customer, names });
      const answer = await send(calls, operation, { who: names.customer, names });

      expect([operation.name, answer.status]).toEqual([
        operation.name,
        expect.toBeOneOf(empty.includes(operation.name) ? [404] : [200, 201]),
      ]);
    }
  });

  test('of another tenant is told what one is told of nothing, and changes nothing', async () => {
    const calls = await contract.host([]);
    const { names, marks, rows } = await victims(contract, calls);
    const tenant = `thief-of-${calls.tenant}`;
    await strangers(contract.kit().tenant(tenant));
    const none = neverMade();

    for (const operation of await operationsOf(calls)) {
      await expectAlike({ calls, operation, marks, tenant }, [
        { who: 'mallory', names },
        { who: 'oscar', names: none },
      ]);
      await expectAlike({ calls, operation, marks, tenant }, [
        { who: names.customer, names },
        { who: none.customer, names: none },
      ]);
    }

    expect((await dumpOf(contract.ask, calls.tenant)).rows).toEqual(rows);
  });

  test('of the same tenant is told what one is told of nothing, and changes nothing', async () => {
    const calls = await contract.host([]);
    const { names, marks } = await victims(contract, calls);
    await strangers(contract.kit());
    const owners = ['ann-private', 'bea-private'];
    const { rows } = await dumpOf(contract.ask, calls.tenant, owners);

    for (const operation of await operationsOf(calls)) {
      const kind = requests[operation.name]?.kind;
      if (kind === 'wide' || kind === 'outright') continue;
      await expectAlike({ calls, operation, marks, tenant: calls.tenant }, [
        { who: 'mallory', names },
        { who: 'oscar', names: neverMade() },
      ]);
    }

    expect((await dumpOf(contract.ask, calls.tenant, owners)).rows).toEqual(rows);
  });
}

/** Ann and Bea, with much to lose; of Ann everything has been asked before, under the key that others use. */
async function victims(contract: Contract, calls: Calls) {
  const kit = contract.kit();
  const own = await settle(kit, 'ann-private', key);
  for (const operation of await operationsOf(calls))
    if (requests[operation.name]?.kind === 'plain' && operation.name !== 'eraseCustomer')
      await send(calls, operation, { who: own.customer, names: own });
  const names = await settle(kit, 'bea-private', key);
  return { names, ...(await dumpOf(contract.ask, calls.tenant)) };
}

async function strangers(kit: AnyKit): Promise<void> {
  await settle(kit, 'mallory', 'of its own');
  await settle(kit, 'oscar', 'of its own');
}

type Operation = {
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly access: string;
};

/** Those of the document, in the order of the requests. */
async function operationsOf(calls: Calls): Promise<Operation[]> {
  const { body } = await calls.get('/billing/openapi.json');
  const order = Object.keys(requests);
  const operations = Object.entries<Record<string, { operationId: string; tags: string[] }>>(
    body.paths,
  ).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, tags }]) => ({
      ...{ name: operationId, path, access: String(tags[0]) },
      method: method.toUpperCase() as Operation['method'],
    })),
  );
  const asked = operations.filter(({ name }) => !signed.includes(name));
  return asked.sort((one, other) => order.indexOf(one.name) - order.indexOf(other.name));
}

type Asker = Pick<Asked, 'who' | 'names'>;

/** As the customer itself, or as an operator about it. */
async function send(
  calls: Calls,
  { name, method, path, access }: Operation,
  asked: Asker,
  tenant = calls.tenant,
) {
  const {
    params = {},
    query = {},
    body,
    user = asked.who,
  } = (requests[name] as Asking).request(asked);
  const filled = path.replace(/\{(\w+)\}/g, (_, part) => encodeURIComponent(params[part] ?? ''));
  const search = new URLSearchParams(query).toString();
  const { status, body: answer } = await calls.call({
    ...{ method, path: search === '' ? filled : `${filled}?${search}`, user, body },
    headers: {
      'x-tenant': tenant,
      ...(access === 'admin' && { 'x-admin': 'yes' }),
      ...(method === 'POST' && { 'idempotency-key': `${asked.names.key} ${name}` }),
    },
  });
  return { status, text: decodeURIComponent(JSON.stringify(answer)) };
}

type Place = {
  readonly calls: Calls;
  readonly operation: Operation;
  readonly marks: readonly string[];
  readonly tenant: string;
};

async function expectAlike(
  { calls, operation, marks, tenant }: Place,
  [asked, never]: readonly [Asker, Asker],
): Promise<void> {
  const people = [asked.who, never.who];
  const { name } = operation;
  // Once before, so that both are told of the same state.
  if (successive.includes(name)) await send(calls, operation, never, tenant);
  const theirs = await send(calls, operation, asked, tenant);
  const nobodys = await send(calls, operation, never, tenant);

  expect({ name, ...theirs, text: shown(theirs.text, asked, people) }).toEqual({
    ...{ name, ...nobodys, text: shown(nobodys.text, never, people) },
  });
  const { kind } = requests[name] as Asking;
  if (kind === 'named' || kind === 'outright') expect([name, theirs.status]).toEqual([name, 404]);
  expect([name, leaked(theirs.text, asked.names, marks)]).toEqual([name, []]);
}

function shown(text: string, { names }: Asker, people: readonly string[]): string {
  return apartFrom(text, names, people).replace(/"requestId":"[^"]*"/, '"requestId":"<made>"');
}
