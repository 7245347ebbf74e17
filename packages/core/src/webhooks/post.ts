/**
 * One attempt to hand a body over: in its time, to a public address, following no redirect, and reading little of the answer.
 */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { stopwatch } from '../kernel/index.ts';
import { AddressRefused, isPublicAddress, publicLookup } from './address.ts';

export type Post = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly allowPrivate: boolean;
  /** From the first byte to the last of the answer. */
  readonly timeoutMilliseconds: number;
  readonly signal: AbortSignal;
};

export type Posted = {
  /** `null`: there was no answer. */
  readonly status: number | null;
  /** Why there was no answer. */
  readonly error: string | null;
  /** The answer's `Retry-After`, as it stands. */
  readonly retryAfter: string | null;
  readonly milliseconds: number;
};

/** More of an answer nobody needs: the status says it all. */
const answerBytesMax = 64 * 1024;

/** Sends it. Every failure is an answer here. */
export async function post(given: Post): Promise<Posted> {
  const started = stopwatch();
  const over = AbortSignal.timeout(given.timeoutMilliseconds);
  const signal = AbortSignal.any([over, given.signal]);
  const took = () => Math.round(stopwatch() - started);
  try {
    const { status, retryAfter } = await send(given, signal);
    return { status, retryAfter, error: null, milliseconds: took() };
  } catch (error) {
    const late = `There was no answer within ${given.timeoutMilliseconds} ms.`;
    const said = over.aborted ? late : error instanceof Error ? error.message : String(error);
    return { status: null, retryAfter: null, error: said, milliseconds: took() };
  }
}

function send(
  { url: text, headers, body, allowPrivate }: Post,
  signal: AbortSignal,
): Promise<{ status: number; retryAfter: string | null }> {
  const url = new URL(text);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // What is an address already is never looked up.
  if (!allowPrivate && isIP(host) && !isPublicAddress(host)) throw new AddressRefused();
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      ...{ method: 'POST', signal, agent: false },
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'Bursar-Webhooks/1',
      },
      ...(allowPrivate ? {} : { lookup: publicLookup }),
    });
    request.on('error', reject);
    request.on('response', (answer) => {
      const status = answer.statusCode ?? 0;
      const retryAfter = answer.headers['retry-after'] ?? null;
      const done = () => {
        resolve({ status, retryAfter });
        request.destroy();
      };
      let left = answerBytesMax;
      answer.on('data', (chunk: Buffer) => {
        left -= chunk.length;
        if (left <= 0) done();
      });
      // The status stands, whatever becomes of the rest.
      answer.on('end', done);
      answer.on('error', done);
    });
    request.end(body);
  });
}
