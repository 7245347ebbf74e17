/**
 * A walk along the three guards, as data: printed as curl lines, or walked and compared by `--check`.
 */
import { randomUUID } from 'node:crypto';
import { signToken } from './tokens.ts';

export type Step = {
  readonly says: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly token: string | null;
  readonly body?: unknown;
  /** How often it is asked; 1 unless said. The last answer counts. */
  readonly times?: number;
  readonly status: number;
  /** The problem's code. */
  readonly code?: string;
};

/** The steps for customers nobody has seen before, so that a tour is the same on every database. */
export async function createTour(secret: string): Promise<Step[]> {
  const mark = randomUUID().slice(0, 8);
  const ann = `ann-${mark}`;
  const bob = `bob-${mark}`;
  const annToken = await signToken({ sub: ann }, secret);
  const bobToken = await signToken({ sub: bob }, secret);
  const admin = await signToken({ sub: 'admin', role: 'admin' }, secret);
  const get = (
    says: string,
    path: string,
    token: string | null,
    status: number,
    code?: string,
  ): Step => ({
    ...{ says, method: 'GET', path, token, status },
    ...(code === undefined ? {} : { code }),
  });
  const post = (
    says: string,
    path: string,
    token: string,
    body: unknown,
    status: number,
  ): Step => ({
    ...{ says, method: 'POST', path, token, body, status },
  });
  return [
    get('nobody is signed in', '/demo/reports', null, 401, 'unauthenticated'),
    get('ann has no plan with track-time', '/demo/reports', annToken, 403, 'feature_not_in_plan'),
    post('ann renders once, out of the free quota', '/demo/render', annToken, {}, 200),
    post(
      'an admin gives ann the plan pro',
      '/billing/admin/subscriptions',
      admin,
      { customer: ann, plan: 'pro' },
      201,
    ),
    get('now subscribed() lets her in', '/demo/reports', annToken, 200),
    get('ann has no points', '/demo/lounge', annToken, 402, 'insufficient_balance'),
    post(
      'an admin gives her 100',
      '/billing/admin/wallet/credit',
      admin,
      { customer: ann, unit: 'points', amount: 100 },
      200,
    ),
    get('now minBalance() lets her in', '/demo/lounge', annToken, 200),
    post('1000 tokens held, 123 taken', '/demo/chat', annToken, { tokens: 123 }, 200),
    { ...post('bob uses his free quota up', '/demo/render', bobToken, {}, 200), times: 100 },
    { ...post('one more is too many', '/demo/render', bobToken, {}, 429), code: 'quota_exceeded' },
    get('what a billing page shows of ann', '/billing/me', annToken, 200),
  ];
}

/** The step as a line for a shell. */
export function curlOf({ method, path, token, body, times, says }: Step, url: string): string {
  const parts = [
    'curl -s',
    ...(method === 'POST' ? ['-X POST'] : []),
    ...(token === null ? [] : [`-H 'authorization: Bearer ${token}'`]),
    ...(body === undefined
      ? []
      : ["-H 'content-type: application/json'", `-d '${JSON.stringify(body)}'`]),
    `${url}${path}`,
  ];
  const line = `${parts.join(' ')}; echo`;
  return `# ${says}\n${times === undefined ? line : `for i in $(seq ${times}); do ${line}; done`}`;
}

/** Walks the steps, prints a line for each, and says whether every answer was as expected. */
export async function walk(
  steps: readonly Step[],
  url: string,
  print: (line: string) => void,
): Promise<boolean> {
  let right = true;
  for (const step of steps) {
    const got = await ask(step, url);
    const fits = got.status === step.status && (step.code === undefined || got.code === step.code);
    right &&= fits;
    const wanted = fits ? '' : `, expected ${step.status} ${step.code ?? ''}`;
    print(
      `${fits ? 'ok  ' : 'FAIL'} ${step.method} ${step.path}: ${step.says} (${got.status} ${got.code ?? ''}${wanted})`,
    );
  }
  return right;
}

async function ask({ method, path, token, body, times = 1 }: Step, url: string) {
  let status = 0;
  let code: string | undefined;
  for (let time = 0; time < times; time += 1) {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    status = response.status;
    code = ((await response.json().catch(() => ({}))) as { code?: string }).code;
    if (status >= 400) break;
  }
  return { status, code };
}
