/**
 * What can go wrong with a gateway, in words that no processor uses: who asks must know whether to ask again, and whether
 * money may have moved. What a gateway answered in its own words is not kept: it may name a person or a secret.
 */
import { BursarError } from '../kernel/index.ts';

/**
 * `not_done`: certainly nothing came of this call. `unknown`: something may have; ask again under the same key, or fetch the
 * payment. What an earlier call under the key left unknown stays so until one is answered.
 */
export type GatewayOutcome = 'unknown' | 'not_done';

/** Facts for whoever looks into it: the gateway's own word for the failure, the field it disliked, its name for the request. */
export type GatewayFailure = {
  readonly gateway: string;
  readonly outcome: GatewayOutcome;
  readonly reason?: string | undefined;
  readonly field?: string | undefined;
  readonly requestId?: string | undefined;
};

/** What every failing call of a gateway throws. */
export abstract class GatewayError extends BursarError {
  readonly outcome: GatewayOutcome;
  constructor(message: string, failure: GatewayFailure) {
    super(message, failure);
    this.outcome = failure.outcome;
  }
}

/** The gateway does not take our key, or the key may not do this. Trying again does not help; an operator must look. */
export class GatewayAuthorizationError extends GatewayError {
  override readonly code = 'gateway_authorization';
  constructor(failure: GatewayFailure) {
    super(`Gateway ${failure.gateway} does not let this key in: check it and its rights.`, failure);
  }
}

/** Done before, asked under a used key with other content, or being done this moment under the same key. The first stands. */
export class GatewayDuplicateError extends GatewayError {
  override readonly code = 'gateway_duplicate';
  constructor(failure: GatewayFailure) {
    super(`Gateway ${failure.gateway} has had this before: fetch the payment.`, failure);
  }
}

/** The gateway understood and refused, or what is asked cannot be said to it: a sum, a missing address, an unknown id. */
export class GatewayValidationError extends GatewayError {
  override readonly code = 'gateway_validation';
  constructor(failure: GatewayFailure) {
    const what = failure.reason === undefined ? '' : `: ${failure.reason}`;
    super(`Gateway ${failure.gateway} cannot do this${what}.`, failure);
  }
}

/** No answer, or none that can be used. Trying again helps, under the same key; `outcome` tells whether it may be done already. */
export class GatewayUnavailableError extends GatewayError {
  override readonly code = 'gateway_error';
  constructor(failure: GatewayFailure) {
    const whether = failure.outcome === 'unknown' ? 'it may be done or not' : 'nothing was done';
    super(`Gateway ${failure.gateway} gave no usable answer; ${whether}.`, failure);
  }
}

/** Why a webhook is not believed. `parsed`: the body had been read as JSON before, so there is nothing left to check. */
export type WebhookFault = 'missing' | 'mismatch' | 'too_old' | 'too_new' | 'unreadable' | 'parsed';

/** A webhook that is not believed: nothing is stored, the answer is 400. */
export class WebhookSignatureError extends BursarError {
  override readonly code = 'webhook_signature';
  readonly reason: WebhookFault;
  constructor(gateway: string, reason: WebhookFault) {
    super(`A webhook for gateway ${gateway} is not believed: ${said[reason]}.`, {
      gateway,
      reason,
    });
    this.reason = reason;
  }
}

const said: Readonly<Record<WebhookFault, string>> = {
  missing: 'it carries no signature that can be read',
  mismatch: 'no secret of ours made its signature, or the body was changed on the way',
  too_old: 'it was signed too long ago',
  too_new: 'it was signed in the future, so a clock is wrong',
  unreadable: 'its body is no event',
  parsed: 'its body was parsed before; mount the webhook route before any JSON parser',
};
