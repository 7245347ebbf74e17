/** What is no slice's alone: a customer's whole state, for itself and for operators. */
import { z } from 'zod';
import { optionalFields, profileFields } from '../customers/index.ts';
import {
  balanceShape,
  decisionShape,
  defineRoute,
  instantShape,
  type Route,
} from '../http/index.ts';
import { subscriptionShape } from '../subscriptions/index.ts';

export const profileShape = z.object({
  id: z.string(),
  kind: z.string(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  firstName: z.string().nullable(),
  lastName: z.string().nullable(),
  phone: z.string().nullable(),
  country: z.string().nullable(),
  locale: z.string().nullable(),
  timeZone: z.string(),
  birthDate: z.string().nullable(),
  avatarUrl: z.string().nullable(),
  emailOptIn: z.boolean(),
  smsOptIn: z.boolean(),
  discountPercent: z.number(),
  role: z.string(),
  badge: z.string().nullable(),
  extra: z.record(z.string(), z.unknown()),
  addresses: z.record(z.string(), z.record(z.string(), z.string())),
  createdAt: instantShape,
});

const { role: _role, discountPercent: _discount, ...ownFields } = profileFields;

/** Says what each field is, and lets everything through: which of them are read at all, the host configures. */
const ownProfileShape = z.object(
  Object.fromEntries(
    Object.entries(ownFields).map(([name, shape]) => {
      const { $schema: _, ...schema } = z.toJSONSchema(shape, { io: 'input' });
      return [name, z.unknown().optional().meta(schema)];
    }),
  ),
);

export const stateShape = z.object({
  customer: profileShape.nullable(),
  referral: z.object({ code: z.string().nullable(), sponsor: z.string().nullable() }),
  subscriptions: z.array(subscriptionShape),
  entitlements: z.array(decisionShape),
  balances: z.array(balanceShape),
});

export const accountRoutes: readonly Route[] = [
  defineRoute({
    operation: 'getMe',
    summary: 'Profile, subscriptions, entitlements and balances of the customer who asks.',
    method: 'GET',
    path: '/me',
    access: 'customer',
    answers: stateShape,
    handle: ({ me }) => me.state(),
  }),
  defineRoute({
    operation: 'updateMe',
    summary: 'Changes what one may change of one’s own profile; all other fields are ignored.',
    method: 'PATCH',
    path: '/me',
    access: 'customer',
    lenient: true,
    body: ownProfileShape,
    answers: profileShape,
    handle: ({ me }, { body }) => me.updateProfile(body),
  }),
  defineRoute({
    operation: 'listCustomers',
    summary: 'Customers, newest first.',
    method: 'GET',
    path: '/admin/customers',
    access: 'admin',
    query: z.object({
      limit: z
        .string()
        .regex(/^\d{1,3}$/, 'must be a whole number from 1 to 100')
        .transform(Number)
        .optional(),
      cursor: z.string().max(1000).optional(),
      kind: z.string().min(1).max(64).optional(),
      search: z.string().min(1).max(255).optional(),
      count: z
        .enum(['true', 'false'])
        .transform((count) => count === 'true')
        .optional(),
    }),
    answers: z.object({
      items: z.array(profileShape),
      next: z.string().nullable(),
      total: z.int().min(0).optional(),
    }),
    refuses: ['cursor'],
    handle: ({ kit }, { query }) => kit.customers.list(query),
  }),
  defineRoute({
    operation: 'getCustomer',
    summary: 'One customer with everything it has.',
    method: 'GET',
    path: '/admin/customers/:id',
    access: 'admin',
    params: z.object({ id: z.string().min(1).max(255) }),
    answers: stateShape,
    refuses: ['customer_unknown'],
    async handle({ kit }, { params }) {
      await kit.customers.get({ customer: params.id });
      return kit.state(params.id);
    },
  }),
  defineRoute({
    operation: 'updateCustomer',
    summary:
      'Changes what is known of a customer, and keeps why. Fields left out stay, null empties.',
    method: 'POST',
    path: '/admin/customers/:id/update',
    access: 'admin',
    params: z.object({ id: z.string().min(1).max(255) }),
    body: z.object({
      kind: z.string().min(1).max(64).optional(),
      ...optionalFields,
      external: z.record(z.string().min(1).max(64), z.string().min(1).max(255)).optional(),
      reason: z.string().min(1).max(500),
    }),
    answers: profileShape,
    refuses: ['customer_unknown', 'already_exists'],
    handle: ({ kit }, { params, body }) => kit.customers.update({ ...body, customer: params.id }),
  }),
  freezing('freeze', 'Stops new spends, holds and transfers out of a customer.'),
  freezing('unfreeze', 'Lets a customer go on that was frozen.'),
  defineRoute({
    operation: 'eraseCustomer',
    summary:
      'Takes the person out of a customer for good, and keeps why; answers with its pseudonym as `id`.',
    method: 'POST',
    path: '/admin/customers/:id/erase',
    access: 'admin',
    params: z.object({ id: z.string().min(1).max(255) }),
    body: z.object({ reason: z.string().min(1).max(500), force: z.boolean().optional() }),
    answers: profileShape,
    refuses: ['customer_unknown', 'in_use'],
    handle: ({ kit }, { params, body }) => kit.customers.erase({ ...body, customer: params.id }),
  }),
];

function freezing(verb: 'freeze' | 'unfreeze', summary: string): Route {
  return defineRoute({
    ...{ operation: `${verb}Customer`, summary, method: 'POST', access: 'admin' },
    path: `/admin/customers/:id/${verb}`,
    params: z.object({ id: z.string().min(1).max(255) }),
    body: z.object({ reason: z.string().min(1).max(500) }),
    answers: profileShape,
    refuses: ['customer_unknown'],
    async handle({ kit }, { params: { id: customer }, body: { reason } }) {
      await kit.customers.get({ customer });
      return kit.customers[verb]({ customer, reason });
    },
  });
}
