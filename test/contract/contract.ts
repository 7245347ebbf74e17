/**
 * The four corners of the contract: each framework on each database, a fresh tenant for every test.
 */
import { request as httpRequest } from 'node:http';
import {
  type Bursar,
  createBursar,
  type Logger,
  type TestGateway,
  testGateway,
} from '@bursar/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import type { Engine } from '#test/databases.ts';
import { type Ask, describeWalled, type Place } from '#test/walled.ts';
import { catalog } from './catalog.ts';
import type { Answer, Call, Host, HostRoute, Registration } from './host.ts';
import { onExpress } from './on-express.ts';
import { onFastify } from './on-fastify.ts';

export type Contract = {
  readonly framework: string;
  readonly engine: Engine;
  /** The kit of this test's own tenant. */
  kit(): ReturnType<Bursar['tenant']>;
  /** Rows of all tenants. */
  readonly ask: Ask;
  /** Every row of every table of the kit, of all tenants, as text. */
  dump(): Promise<string[]>;
  /** The kit of all tenants. */
  bursar(): Bursar;
  /** The gateway of all tenants; payments are under way until they are settled by hand. */
  readonly gateway: TestGateway;
  /** What the kit warned of since the test began. */
  readonly warnings: { facts: object; message: string }[];
  /** Starts a host; it is closed after the test. */
  host(routes: readonly HostRoute[], registration?: Registration, prefix?: string): Promise<Calls>;
};

/** Calls in this test's tenant. */
export type Calls = {
  readonly url: string;
  readonly tenant: string;
  get(path: string, user?: string, headers?: Record<string, string>): Promise<Answer>;
  post(
    path: string,
    user?: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  call(input: Call): Promise<Answer>;
};

/** Runs a suite on {Fastify, Express} x {PGlite, PostgreSQL}. Without the worker nothing is done but what is asked for. */
export function describeContract(
  name: string,
  suite: (contract: Contract) => void,
  { worker }: { worker: boolean } = { worker: true },
): void {
  describeWalled(name, (makePlace, engine) => {
    let place: Place;
    let bursar: Bursar;
    let tenants = 0;
    let tenant = '';
    let hosts: Host[] = [];
    const warnings: { facts: object; message: string }[] = [];
    const warn = (facts: object, message: string): void => void warnings.push({ facts, message });
    const gateway = testGateway({ payments: ['delay'] });
    const logger: Logger = { debug() {}, info() {}, warn, error: warn };

    beforeAll(async () => {
      place = await makePlace();
      bursar = createBursar({
        ...{ ...place.options, catalog, logger, worker, gateways: { test: gateway } },
        triggers: { visit: {}, sale: { baseAmount: () => ({ amount: 1_000, unit: 'EUR' }) } },
        referrals: { secret: 'a secret of the contract' },
      }) as unknown as Bursar;
      await bursar.ready();
    });
    beforeEach(() => {
      tenants += 1;
      tenant = `tenant-${tenants}`;
      warnings.length = 0;
    });
    afterEach(async () => {
      await Promise.all(hosts.map((host) => host.close()));
      hosts = [];
    });
    afterAll(() => bursar.close());

    describe.each([onFastify, onExpress])('$name', (framework) => {
      suite({
        ...{ framework: framework.name, engine, warnings, gateway },
        kit: () => bursar.tenant(tenant),
        ask: (text) => place.ask(bursar)(text),
        dump: () => dumpOf(place.ask(bursar)),
        bursar: () => bursar,
        host: async (routes, registration = {}, prefix = '/billing') => {
          const host = await framework.start({ bursar, prefix, registration, routes });
          hosts.push(host);
          return callsOf(host, tenant);
        },
      });
    });
  });
}

async function dumpOf(ask: Ask): Promise<string[]> {
  const tables = await ask("select tablename as name from pg_tables where schemaname = 'bursar'");
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await ask(`select one::text as row from bursar."${name}" as one`);
    found.push(...rows.map(({ row }) => `${name}: ${row}`));
  }
  return found;
}

function callsOf(host: Host, tenant: string): Calls {
  const call = (input: Call): Promise<Answer> =>
    host.call({ ...input, headers: { 'x-tenant': tenant, ...input.headers } });
  return {
    ...{ url: host.url, tenant, call },
    get: (path, user, headers = {}) => call({ path, user, headers }),
    post: (path, user, body, headers = {}) => call({ method: 'POST', path, user, body, headers }),
  };
}

/** Calls as ann and goes away while the handler is at work. */
export async function abort({ url, tenant }: Calls, path: string): Promise<void> {
  const client = httpRequest(`${url}${path}`, {
    method: 'POST',
    headers: { 'x-user': 'ann', 'x-tenant': tenant },
  });
  client.on('error', () => undefined);
  client.end();
  await new Promise((resolve) => setTimeout(resolve, 300));
  client.destroy();
}
