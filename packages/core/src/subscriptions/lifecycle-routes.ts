/** The life of any subscription over HTTP for operators: each change names its customer, and keeps why in the audit. */
import { defineRoute, type Route } from '../http/index.ts';
import {
  anyCancel,
  anyChange,
  anyPause,
  anyUnpause,
  changeRefusals,
  previewShape,
  previewToken,
} from './change-wire.ts';
import { changedSubscription, idParams, subscriptionShape } from './wire.ts';

export const subscriptionLifeRoutes: readonly Route[] = [
  defineRoute({
    operation: 'cancelAnySubscription',
    summary: 'Ends a subscription at its boundary, at once or at a moment, and keeps why.',
    method: 'POST',
    path: '/admin/subscriptions/:id/cancel',
    access: 'admin',
    params: idParams,
    body: anyCancel,
    answers: subscriptionShape,
    refuses: ['not_found', 'already_subscribed'],
    handle: ({ kit, idempotencyKey }, { params, body }) =>
      kit.subscriptions.cancel({ ...body, subscription: params.id, idempotencyKey }),
  }),
  defineRoute({
    operation: 'resumeAnySubscription',
    summary: 'Takes a cancellation back before its end has come, and keeps why.',
    method: 'POST',
    path: '/admin/subscriptions/:id/resume',
    access: 'admin',
    params: idParams,
    body: changedSubscription,
    answers: subscriptionShape,
    refuses: ['not_found', 'already_subscribed'],
    handle: ({ kit, idempotencyKey }, { params, body }) =>
      kit.subscriptions.resume({ ...body, subscription: params.id, idempotencyKey }),
  }),
  defineRoute({
    operation: 'pauseSubscription',
    summary: 'Interrupts a subscription, now or at its boundary, and keeps why.',
    method: 'POST',
    path: '/admin/subscriptions/:id/pause',
    access: 'admin',
    params: idParams,
    body: anyPause,
    answers: subscriptionShape,
    refuses: ['not_found', 'invalid_state'],
    handle: ({ kit, idempotencyKey }, { params, body }) =>
      kit.subscriptions.pause({ ...body, subscription: params.id, idempotencyKey }),
  }),
  defineRoute({
    operation: 'unpauseSubscription',
    summary: 'Lets a paused subscription go on, now or at a moment, and keeps why.',
    method: 'POST',
    path: '/admin/subscriptions/:id/unpause',
    access: 'admin',
    params: idParams,
    body: anyUnpause,
    answers: subscriptionShape,
    refuses: ['not_found'],
    handle: ({ kit, idempotencyKey }, { params, body }) =>
      kit.subscriptions.unpause({ ...body, subscription: params.id, idempotencyKey }),
  }),
  defineRoute({
    operation: 'previewAnyChange',
    summary: 'What changing a subscription to another plan comes to.',
    method: 'POST',
    path: '/admin/subscriptions/:id/preview',
    access: 'admin',
    params: idParams,
    body: anyChange,
    answers: previewShape,
    refuses: ['not_found', 'plan_unknown', 'invalid_state'],
    handle: ({ kit }, { params, body }) =>
      kit.subscriptions.preview({ ...body, subscription: params.id }),
  }),
  defineRoute({
    operation: 'changeAnySubscription',
    summary:
      'Changes a subscription to another plan, now or at the end of its period, and keeps why.',
    method: 'POST',
    path: '/admin/subscriptions/:id/change',
    access: 'admin',
    params: idParams,
    body: anyChange.extend({ reason: changedSubscription.shape.reason, preview: previewToken }),
    answers: subscriptionShape,
    refuses: [...changeRefusals],
    handle: ({ kit, idempotencyKey }, { params, body }) =>
      kit.subscriptions.change({ ...body, subscription: params.id, idempotencyKey }),
  }),
];
