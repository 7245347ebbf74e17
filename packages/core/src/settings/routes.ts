/** Settings over HTTP, for operators: every setting with its source, and changes that say why. */
import { z } from 'zod';
import { defineRoute, type Route } from '../http/index.ts';
import { placeShape } from './place.ts';

const key = z.string().min(1).max(255);
const reason = z.string().min(1).max(500);
const known = z.string().nullable();
const where = { region: known, locale: known };
const group = z.string().min(1).max(255).optional();

const changeShape = z.object({
  ...{ key: z.string(), ...where, old: z.unknown(), new: z.unknown(), changed: z.boolean() },
});
const storedShape = z.object({ ...where, value: z.unknown() });
const settingShape = z.object({
  ...{ key: z.string(), group: z.string(), title: z.string(), default: z.unknown() },
  type: z.enum(['flag', 'whole', 'amount', 'duration', 'text', 'object']),
  ...{ value: z.unknown(), source: z.enum(['stored', 'config', 'default']) },
  stored: z.array(storedShape),
});

export const settingRoutes: readonly Route[] = [
  defineRoute({
    operation: 'listSettings',
    summary:
      'Every setting by key, or those of a group, with its value at a place and who says it.',
    method: 'GET',
    path: '/admin/settings',
    access: 'admin',
    query: z.object({
      ...{ group, region: placeShape.region.unwrap().unwrap().optional() },
      locale: placeShape.locale.unwrap().unwrap().optional(),
    }),
    answers: z.object({ version: z.int(), items: z.array(settingShape) }),
    handle: ({ kit }, { query }) => kit.settings.list(query),
  }),
  defineRoute({
    operation: 'setSetting',
    summary: 'Stores a value, everywhere or at a place, and keeps why.',
    method: 'POST',
    path: '/admin/settings/set',
    access: 'admin',
    body: z.object({ key, value: z.unknown(), ...placeShape, reason }),
    answers: changeShape,
    refuses: ['not_found'],
    handle: ({ kit }, { body }) => kit.settings.set(body),
  }),
  defineRoute({
    operation: 'unsetSetting',
    summary:
      'Deletes what is stored at a place, so that what is more general holds, and keeps why.',
    method: 'POST',
    path: '/admin/settings/unset',
    access: 'admin',
    body: z.object({ key, ...placeShape, reason }),
    answers: changeShape,
    refuses: ['not_found'],
    handle: ({ kit }, { body }) => kit.settings.unset(body),
  }),
  defineRoute({
    operation: 'exportSettings',
    summary: 'All that is stored, as the import takes it.',
    method: 'GET',
    path: '/admin/settings/export',
    access: 'admin',
    answers: z.object({ settings: z.array(storedShape.extend({ key: z.string() })) }),
    handle: ({ kit }) => kit.settings.export(),
  }),
  defineRoute({
    operation: 'importSettings',
    summary: 'Stores all of these values, or none, and keeps why. The same again changes nothing.',
    method: 'POST',
    path: '/admin/settings/import',
    access: 'admin',
    body: z.object({
      settings: z.array(z.strictObject({ key, value: z.unknown(), ...placeShape })).max(1000),
      reason,
    }),
    answers: z.object({ changed: z.int().min(0) }),
    refuses: ['not_found'],
    handle: ({ kit }, { body }) => kit.settings.import(body),
  }),
];
