/** The document of all routes: valid in its structure, and made of the routes that exist. */
import { createBursar } from '@bursar/core';
import { bindingOf, openApiDocument } from '@bursar/core/http';
import { expect, test } from 'vitest';
import { catalog } from './catalog.ts';

// biome-ignore lint/suspicious/noExplicitAny: a document is walked, not typed.
type Any = any;

const bursar = createBursar({ catalog, database: 'memory://' });
const { routes } = bindingOf(bursar);
const document = openApiDocument(routes, '/billing') as Any;
const operations: Any[] = Object.values(document.paths).flatMap((path) =>
  Object.values(path as object),
);

test('every route is an operation with a name of its own', () => {
  expect(operations).toHaveLength(routes.length);
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(routes.length);
});

test('every parameter in a path is declared, and every reference leads somewhere', () => {
  for (const [path, methods] of Object.entries<Any>(document.paths)) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const { parameters } of Object.values<Any>(methods)) {
      const declared = parameters
        .filter((parameter: Any) => parameter.in === 'path')
        .map(({ name }: Any) => name);
      expect(declared, path).toEqual(named);
    }
  }
  for (const [, place] of JSON.stringify(document).matchAll(/"\$ref":"#([^"]+)"/g)) {
    const found = place
      ?.split('/')
      .slice(1)
      .reduce((at: Any, key) => at?.[key], document);
    expect(found, place).toBeDefined();
  }
});

test('the routes of the contract are all there', () => {
  const expected = [
    'GET /me',
    'PATCH /me',
    'GET /entitlements',
    'GET /entitlements/:feature',
    'GET /balances',
    'GET /balances/:unit',
    'GET /balances/:unit/statement',
    'GET /holds',
    'GET /balances/:unit/explain',
    'GET /balances/:unit/auto-top-up',
    'PUT /balances/:unit/auto-top-up',
    'DELETE /balances/:unit/auto-top-up',
    'POST /admin/wallet/freeze',
    'POST /admin/wallet/unfreeze',
    'GET /plans',
    'GET /offers',
    'GET /orders',
    'POST /orders',
    'GET /orders/:id',
    'GET /orders/:id/receipt',
    'POST /orders/:id/pay',
    'POST /orders/:id/confirm',
    'DELETE /orders/:id',
    'GET /purchases',
    'GET /credits',
    'GET /admin/orders',
    'POST /admin/orders',
    'GET /admin/orders/:id',
    'GET /admin/orders/:id/receipt',
    'POST /admin/orders/:id/confirm',
    'POST /admin/orders/:id/cancel',
    'POST /admin/orders/:id/refund',
    'GET /admin/refunds',
    'GET /admin/payments',
    'GET /withdrawals',
    'POST /withdrawals',
    'GET /withdrawals/:id',
    'POST /withdrawals/:id/cancel',
    'GET /admin/withdrawals',
    'POST /admin/withdrawals/:id/approve',
    'POST /admin/withdrawals/:id/reject',
    'POST /admin/withdrawals/:id/markPaid',
    'GET /subscriptions',
    'POST /subscriptions',
    'POST /subscriptions/:id/cancel',
    'POST /subscriptions/:id/resume',
    'POST /subscriptions/:id/preview',
    'POST /subscriptions/:id/change',
    'GET /admin/subscriptions',
    'POST /admin/subscriptions',
    'POST /admin/subscriptions/:id/cancel',
    'POST /admin/subscriptions/:id/resume',
    'POST /admin/subscriptions/:id/pause',
    'POST /admin/subscriptions/:id/unpause',
    'POST /admin/subscriptions/:id/preview',
    'POST /admin/subscriptions/:id/change',
    'POST /admin/subscriptions/:id/addFeature',
    'POST /admin/subscriptions/:id/removeFeature',
    'POST /admin/subscriptions/:id/setQuota',
    'POST /admin/subscriptions/:id/reset',
    'POST /admin/subscriptions/:id/delete',
    'POST /admin/subscriptions/:id/restore',
    'POST /admin/subscriptions/:id/purge',
    'GET /admin/owed',
    'POST /admin/wallet/credit',
    'POST /admin/wallet/debit',
    'POST /admin/wallet/setLimits',
    'POST /admin/wallet/voidGrant',
    'POST /admin/wallet/setExpiry',
    'POST /admin/wallet/adjust',
    'POST /admin/wallet/reverse',
    'POST /admin/customers/:id/update',
    'POST /admin/customers/:id/freeze',
    'POST /admin/customers/:id/unfreeze',
    'POST /admin/customers/:id/erase',
    'GET /admin/audit',
    'GET /rates',
    'GET /admin/rates',
    'POST /admin/rates/set',
    'POST /admin/rates/unset',
    'POST /admin/rates/refresh',
    'GET /admin/settings',
    'POST /admin/settings/set',
    'POST /admin/settings/unset',
    'GET /admin/settings/export',
    'POST /admin/settings/import',
    'GET /admin/events',
    'GET /admin/events/dead',
    'POST /admin/events/replay',
    'GET /admin/jobs',
    'POST /admin/jobs/retry',
    'GET /referrals',
    'POST /referrals/code',
    'POST /referrals/attach',
    'GET /referrals/validate/:code',
    'GET /rewards',
    'POST /admin/referrals/attach',
    'POST /admin/referrals/trigger',
    'POST /admin/referrals/reverse',
    'POST /admin/referrals/collect',
    'POST /admin/referrals/writeOff',
    'GET /admin/referrals/events',
    'POST /admin/referrals/events/:id/process',
    'GET /admin/rewards',
    'GET /admin/customers/:id/referrals',
    'GET /admin/webhooks',
    'POST /admin/webhooks',
    'GET /admin/webhooks/:id',
    'GET /admin/webhooks/:id/deliveries',
    'POST /admin/webhooks/:id/update',
    'POST /admin/webhooks/:id/rotateSecret',
    'POST /admin/webhooks/:id/delete',
    'POST /admin/webhooks/:id/replay',
    'POST /webhooks/:gateway',
    'POST /webhooks/:gateway/:tenant',
    'GET /admin/insights/customers',
    'GET /admin/insights/churn',
    'GET /admin/insights/histogram',
    'GET /admin/insights/mrr',
    'GET /admin/insights/walletFlows',
    'GET /admin/insights/liability',
    'GET /admin/insights/rewards',
    'GET /admin/customers',
    'GET /admin/customers/:id',
  ];

  expect(routes.map(({ method, path }) => `${method} ${path}`)).toEqual(
    expect.arrayContaining(expected),
  );
});
