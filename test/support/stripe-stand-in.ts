/**
 * Stripe on this machine, as far as a gateway needs it: over HTTP, with its idempotency keys, and with all the ways in which
 * a network and a processor let one down. It keeps a request that came in even when the answer is lost.
 */
import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Form, readForm } from './stripe-form.ts';
import { type Stored, StripeObjects, StripeRefusal } from './stripe-objects.ts';

/** What befalls one request: something before it is done, or its answer after. A number is a status without effect. */
export type StripeFault =
  | number
  | { readonly delay: number }
  | 'reset_before'
  | 'reset_after'
  | 'silent_after'
  | 'error_after'
  | 'garbage_after'
  | 'empty_after'
  | 'cut_after'
  | 'trickle_after';

export type StripeRequest = {
  readonly method: string;
  readonly path: string;
  readonly key: string | undefined;
  readonly version: string | undefined;
  readonly authorization: string | undefined;
  readonly form: Form;
};

type Answer = { readonly status: number; readonly body: unknown };

export class StripeStandIn {
  readonly objects = new StripeObjects();
  readonly requests: StripeRequest[] = [];
  readonly secretKey = 'sk_test_stand_in';
  url = '';
  private readonly faults: StripeFault[] = [];
  private readonly answers = new Map<string, { asked: string; answer: Promise<Answer> }>();
  private readonly server = createServer((request, response) => void this.serve(request, response));

  static async start(): Promise<StripeStandIn> {
    const standIn = new StripeStandIn();
    await new Promise<void>((resolve) => standIn.server.listen(0, '127.0.0.1', resolve));
    standIn.url = `http://127.0.0.1:${(standIn.server.address() as AddressInfo).port}`;
    return standIn;
  }

  /** For the next requests, one each. */
  fail(...faults: readonly StripeFault[]): void {
    this.faults.push(...faults);
  }

  /** As Stripe does after a day. */
  forgetKeys(): void {
    this.answers.clear();
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** An event about an object as it stands, signed by itself: to be delivered late, twice, or out of order. */
  webhook(
    type: string,
    about: Stored,
    signed: { readonly secret: string; readonly at: Date; readonly id?: string },
  ): { readonly rawBody: string; readonly headers: Record<string, string> } {
    const created = Math.floor(signed.at.getTime() / 1000);
    const rawBody = JSON.stringify({
      ...{ id: signed.id ?? `evt_${randomUUID()}`, object: 'event', type, created },
      ...{ livemode: false, data: { object: this.objects.flat(about) } },
    });
    return { rawBody, headers: { 'stripe-signature': signatureOf(rawBody, signed) } };
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const header = (name: string) => request.headers[name] as string | undefined;
    const { pathname: path, searchParams } = new URL(request.url ?? '', this.url);
    const { method = 'GET' } = request;
    const body = await text(request);
    const form = readForm(method === 'GET' ? searchParams.toString() : body);
    const key = header('idempotency-key');
    const authorization = header('authorization');
    this.requests.push({
      ...{ method, path, key, authorization, form },
      version: header('stripe-version'),
    });

    const fault = this.faults.shift();
    if (fault === 'reset_before') return void request.socket.resetAndDestroy();
    if (typeof fault === 'number') return send(response, { status: fault, body: { error: {} } });
    const wait = typeof fault === 'object' ? fault.delay : 0;
    const does = async () => {
      await sleep(wait);
      return this.answer(`${method} ${path}`, form, authorization);
    };
    const isKeyed = method === 'POST' && key !== undefined;
    const answer = await (isKeyed ? this.once({ key, asked: `${path} ${body}` }, does) : does());
    if (fault === 'reset_after') return void request.socket.resetAndDestroy();
    if (fault === 'silent_after') return;
    if (fault === 'error_after') return send(response, { status: 502, body: '<h1>Bad gateway' });
    if (fault === 'garbage_after') return send(response, { status: 200, body: '<h1>Hotel Wi-Fi' });
    if (fault === 'empty_after') return send(response, { status: 200, body: {} });
    if (fault === 'cut_after') return cut(response, answer);
    if (fault === 'trickle_after') return trickle(response);
    send(response, answer);
  }

  /** One effect per key; who asks while it is under way is told so. Refusals are not kept, as with Stripe's validation. */
  private async once(
    { key, asked }: { key: string; asked: string },
    does: () => Promise<Answer>,
  ): Promise<Answer> {
    const earlier = this.answers.get(key);
    if (earlier && earlier.asked !== asked)
      return { status: 400, body: { error: { type: 'idempotency_error', message: '' } } };
    if (earlier) {
      const busy = { type: 'invalid_request_error', code: 'idempotency_key_in_use', message: '' };
      return Promise.race([
        earlier.answer,
        sleep(0).then(() => ({ status: 409, body: { error: busy } })),
      ]);
    }
    const answer = does();
    this.answers.set(key, { asked, answer });
    const given = await answer;
    if (given.status >= 400) this.answers.delete(key);
    return given;
  }

  private answer(what: string, form: Form, authorization: string | undefined): Answer {
    try {
      if (authorization !== `Bearer ${this.secretKey}`)
        throw new StripeRefusal(401, { type: 'invalid_request_error' });
      return { status: 200, body: this.route(what, form) };
    } catch (error) {
      if (error instanceof StripeRefusal) return { status: error.status, body: error.body };
      throw error;
    }
  }

  private route(what: string, form: Form): unknown {
    const { objects } = this;
    const isExpanded = form.expand !== undefined;
    if (what === 'POST /v1/payment_intents') return objects.flat(objects.createIntent(form));
    if (what === 'POST /v1/checkout/sessions') return objects.flat(objects.createSession(form));
    if (what === 'POST /v1/refunds') return objects.createRefund(form);
    if (what === 'GET /v1/refunds') {
      const data = objects.refunds.filter((one) => one.payment_intent === form.payment_intent);
      return { object: 'list', has_more: false, url: '/v1/refunds', data };
    }
    const [, kind, id = ''] =
      /^GET \/v1\/(payment_intents|checkout\/sessions)\/(\w[\w-]*)$/.exec(what) ?? [];
    if (kind === 'payment_intents') {
      return isExpanded ? objects.intent(id) : objects.flat(objects.intent(id));
    }
    if (kind === undefined) throw new StripeRefusal(404, { type: 'invalid_request_error' });
    return isExpanded ? objects.expanded(objects.session(id)) : objects.flat(objects.session(id));
  }
}

/** Stripe's scheme, from its documentation: an HMAC over the time, a point and the body. */
export function signatureOf(body: string, { secret, at }: { secret: string; at: Date }): string {
  const seconds = Math.floor(at.getTime() / 1000);
  const digest = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${digest}`;
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_stand_in' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** Half an answer, and the connection is gone. */
function cut(response: ServerResponse, { body }: Answer): void {
  const whole = JSON.stringify(body);
  response.writeHead(200, { 'content-length': whole.length });
  response.write(whole.slice(0, whole.length / 2), () => response.destroy());
}

/** Never silent for long, and never done. */
function trickle(response: ServerResponse): void {
  response.writeHead(200);
  const timer = setInterval(() => response.write(' '), 50);
  response.on('close', () => clearInterval(timer));
}
