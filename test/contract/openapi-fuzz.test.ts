/**
 * The document that the routes serve is valid OpenAPI 3.1, the same on both frameworks; and whatever is asked of the
 * routes, good or bad, the answer is one the document knows: never a 5xx, every refusal a problem.
 */
import { type Bursar, createBursar } from '@bursar/core';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../support/silent-logger.ts';
import { catalog } from './catalog.ts';
import type { Answer, Call, Framework, Host } from './host.ts';
import { onExpress } from './on-express.ts';
import { onFastify } from './on-fastify.ts';
import { type Any, type Operation, operationsOf, requestsOf } from './requests.ts';
import { signed } from './stranger-requests.ts';

/** Times two frameworks, times the operations, times two kinds: more than 2,000. */
/** Each run of the suite asks the same; a campaign asks something else each time. */
const seed = Number(process.env.BURSAR_SEED ?? 2026);
const requestsEach = Number(process.env.BURSAR_REQUESTS_EACH ?? 28);

let bursar: Bursar;
/** What the kit logged as an error, to say it with the request. */
const failures: object[] = [];
const hosts = new Map<string, Host>();
const documents = new Map<string, Any>();
const frameworks: readonly Framework[] = [onFastify, onExpress];

beforeAll(async () => {
  const logger = { ...silentLogger, error: (facts: object) => void failures.push(facts) };
  const options = { catalog, database: 'memory://', logger };
  bursar = createBursar(options) as unknown as Bursar;
  await bursar.ready();
  for (const framework of frameworks) {
    const { name } = framework;
    const host = await framework.start({
      bursar,
      prefix: '/billing',
      registration: {},
      routes: [],
    });
    hosts.set(name, host);
    documents.set(name, (await asked(name, { path: '/billing/openapi.json' })).body);
    await fill(name);
  }
});
afterAll(async () => {
  await Promise.all([...hosts.values()].map((host) => host.close()));
  await bursar.close();
});

/** In a tenant of the framework's own, so that both meet the same books. */
function asked(framework: string, call: Call): Promise<Answer> {
  const host = hosts.get(framework) as Host;
  return host.call({ ...call, headers: { 'x-tenant': framework, ...call.headers } });
}

async function fill(tenant: string): Promise<void> {
  const kit = bursar.tenant(tenant);
  for (const customer of ['ann', 'bob']) {
    await kit.wallet.credit({ customer, unit: 'points' as never, amount: 500 });
    await kit.consume({ customer, feature: 'api-calls' as never });
  }
  await kit.subscriptions.create({ customer: 'ann', plan: 'pro' as never, id: 'mine' });
}

test('the document is valid OpenAPI 3.1, and the same on both frameworks', async () => {
  const document = documents.get('fastify');

  expect(documents.get('express')).toEqual(document);
  expect(document.openapi).toMatch(/^3\.1\./);
  expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
});

test('every operation names its answers and refusals one by one', () => {
  for (const { path, method, described } of operationsOf(documents.get('fastify'))) {
    const statuses = Object.keys(described.responses);
    const wanted = ['400', '403', '422', '500', '503'];
    if (!described.tags.includes('public')) wanted.push('401');
    // What is believed by a signature is taken as it comes.
    if (signed.includes(described.operationId)) wanted.push('413');
    else if (method !== 'GET') wanted.push('409', '413', '415');

    expect(statuses, path).toEqual(expect.arrayContaining(wanted));
    expect(statuses, path).not.toContain('default');
  }
});

test('what wild requests have found stays found', async () => {
  const refusal = async (path: string, body: object) => {
    const headers = { 'x-admin': 'yes' };
    const answer = await asked('fastify', { method: 'POST', path, headers, body });
    return [answer.status, answer.body.code];
  };
  const most = Number.MAX_SAFE_INTEGER;
  const debit = { customer: 'ann', unit: 'seats', amount: 1 };
  const credit = { customer: 'bob', unit: 'api-calls', amount: most };
  const version = { customer: 'bob', plan: 'pro', version: most };

  expect(await refusal('/billing/admin/wallet/debit', debit)).toEqual([409, 'invalid_state']);
  expect(await refusal('/billing/admin/wallet/credit', credit)).toEqual([409, 'limit_exceeded']);
  expect(await refusal('/billing/admin/subscriptions', version)).toEqual([404, 'plan_unknown']);
});

describe.each(frameworks)('on $name', ({ name }) => {
  test('requests as the document says, and wild ones, get answers that it knows', async () => {
    const document = documents.get(name);
    const checked = checkerOf(document);
    const statuses = new Map<number, number>();
    for (const operation of operationsOf(document)) {
      for (const wildness of [5, 50]) {
        await fc.assert(
          fc.asyncProperty(requestsOf(operation, wildness), async (call) => {
            const answer = await asked(name, call);
            statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
            expect(checked(operation, answer), JSON.stringify(call).slice(0, 500)).toEqual([]);
          }),
          { numRuns: requestsEach, seed, endOnFailure: true },
        );
      }
    }

    const count = [...statuses.values()].reduce((sum, one) => sum + one, 0);
    expect(count).toBeGreaterThanOrEqual(1_000);
    for (const status of [200, 201, 400, 401, 403, 404, 409, 413, 415, 422])
      expect(statuses.get(status) ?? 0, `answers of ${status}`).toBeGreaterThan(0);
    expect(await bursar.tenant(name).ledger.verify()).toEqual({ ok: true, broken: [] });
  }, 3_600_000);
});

/** What is wrong with an answer; nothing, that is. */
function checkerOf(document: Any): (operation: Operation, answer: Answer) => unknown[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'document', ...document });
  const compiled = new Map<object, ValidateFunction>();
  return ({ described }, { status, headers, body }) => {
    const response = described.responses[status];
    if (!response) return [`no answer of ${status}`, body];
    if (status >= 500) return [`${status}`, body, failures.at(-1)];
    const type = status < 400 ? 'application/json' : 'application/problem+json';
    const faults: unknown[] = [];
    if (headers['content-type']?.split(';')[0] !== type) faults.push(headers['content-type']);
    if (status >= 400 && body?.status !== status) faults.push('another status in the problem');
    if (status >= 400 && !response.description.includes(body?.code))
      faults.push(`code ${body?.code}`);
    const { schema } = response.content[type];
    const known = compiled.get(schema) ?? ajv.compile(absolute(schema));
    compiled.set(schema, known);
    return known(body) ? faults : [...faults, ...(known.errors ?? []), body];
  };
}

/** References of the document, read from outside of it. */
function absolute({ $ref, ...rest }: Any): Any {
  return $ref ? { $ref: `document${$ref}` } : rest;
}
