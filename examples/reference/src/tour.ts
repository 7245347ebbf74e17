/**
 * A walk along the three guards, and one past the till, as data: printed as curl lines, or walked and compared by `--check`.
 */
import { randomUUID } from 'node:crypto';
import { signToken } from './tokens.ts';

export type Step = {
  readonly says: string;
  readonly method: 'GET' | 'POST';
  /** Or a whole address; `$NAME` stands for what an earlier step has kept under it. */
  readonly path: string;
  readonly token: string | null;
  readonly body?: unknown;
  /** How often it is asked; 1 unless said. The last answer counts. */
  readonly times?: number;
  readonly status: number;
  /** The problem's code. */
  readonly code?: string;
  /** What the answer has to contain. */
  readonly has?: string;
  /** What of the answer later steps need: the last text under `field`, by name. */
  readonly keeps?: Readonly<Record<string, string>>;
};

/** Where the server is reached, and whether somebody can pay there. */
export type Place = { readonly url: string; readonly sells: boolean };

/** The steps for customers nobody has seen before, so that a tour is the same on every database, and the token of one of them. */
export async function createTour(
  secret: string,
  { url, sells }: Place,
): Promise<{ steps: readonly Step[]; ann: string }> {
  const mark = randomUUID().slice(0, 8);
  const ann = `ann-${mark}`;
  const bob = `bob-${mark}`;
  const annToken = await signToken({ sub: ann }, secret);
  const bobToken = await signToken({ sub: bob }, secret);
  const admin = await signToken({ sub: 'admin', role: 'admin' }, secret);
  const steps = [
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
    ...(sells ? purchase(url, bobToken) : []),
    get('what a billing page shows of ann', '/billing/me', annToken, 200),
  ];
  return { steps, ann: annToken };
}

/** Buying 1,000 calls at the test gateway, for whoever has none left. */
function purchase(url: string, token: string): Step[] {
  const bought = { offer: 'calls-1000', returnUrl: `${url}/demo/bought` };
  return [
    { ...get('what there is to buy', '/billing/offers', token, 200), has: '"calls-1000"' },
    {
      ...post(
        'bob orders 1,000 calls: $PAGE is where he pays',
        '/billing/orders',
        token,
        bought,
        201,
      ),
      keeps: { ORDER: 'id', PAGE: 'url' },
    },
    {
      ...post('he pays there, and its webhook grants them', '$PAGE', null, undefined, 303),
      has: '"outcome":"applied"',
    },
    {
      ...get('what he has now', '/billing/entitlements/api-calls', token, 200),
      has: '"available":1000',
    },
    post('a call spends one', '/demo/render', token, {}, 200),
    {
      ...get('and 999 are left', '/billing/entitlements/api-calls', token, 200),
      has: '"available":999',
    },
    {
      ...get('his receipt', '/billing/orders/$ORDER/receipt', token, 200),
      has: '"currency":"EUR"',
    },
  ];
}

function get(
  says: string,
  path: string,
  token: string | null,
  status: number,
  code?: string,
): Step {
  return {
    ...{ says, method: 'GET', path, token, status },
    ...(code === undefined ? {} : { code }),
  };
}

function post(
  says: string,
  path: string,
  token: string | null,
  body: unknown,
  status: number,
): Step {
  return { says, method: 'POST', path, token, body, status };
}

/** The step as a line for a shell. */
export function curlOf(step: Step, url: string): string {
  const { method, path, token, body, times, says, keeps } = step;
  const parts = [
    'curl -s',
    ...(method === 'POST' ? ['-X POST'] : []),
    ...(token === null ? [] : [`-H 'authorization: Bearer ${token}'`]),
    ...(body === undefined
      ? []
      : ["-H 'content-type: application/json'", `-d '${JSON.stringify(body)}'`]),
    addressOf(path, url),
  ];
  const line = `${parts.join(' ')}; echo`;
  if (keeps) {
    const kept = Object.entries(keeps).map(
      ([name, field]) =>
        `${name}=$(echo "$ANSWER" | sed 's/.*"${field}":"\\([^"]*\\)".*/\\1/'); echo $${name}`,
    );
    return [`# ${says}`, `ANSWER=$(${parts.join(' ')})`, ...kept].join('\n');
  }
  return `# ${says}\n${times === undefined ? line : `for i in $(seq ${times}); do ${line}; done`}`;
}

function addressOf(path: string, url: string): string {
  return path.startsWith('/') ? `${url}${path}` : path;
}

/** Walks the steps, prints a line for each, and says whether every answer was as expected. */
export async function walk(
  steps: readonly Step[],
  url: string,
  print: (line: string) => void,
): Promise<boolean> {
  let right = true;
  const kept = new Map<string, string>();
  for (const step of steps) {
    const path = step.path.replace(/\$([A-Z]+)/, (_, name: string) => kept.get(name) ?? '');
    const { status, code, text } = await ask({ ...step, path: addressOf(path, url) });
    const isSaid = step.code === undefined || code === step.code;
    const fits = status === step.status && isSaid && text.includes(step.has ?? '');
    right &&= fits;
    for (const [name, field] of Object.entries(step.keeps ?? {}))
      kept.set(name, new RegExp(`.*"${field}":"([^"]*)"`).exec(text)?.[1] ?? '');
    const wanted = fits ? '' : `, expected ${step.status} ${step.code ?? step.has ?? ''}`;
    print(
      `${fits ? 'ok  ' : 'FAIL'} ${step.method} ${step.path}: ${step.says} (${status} ${code ?? ''}${wanted})`,
    );
  }
  return right;
}

async function ask({ method, path, token, body, times = 1 }: Step) {
  let [status, text] = [0, ''];
  for (let time = 0; time < times && status < 400; time += 1) {
    const response = await fetch(path, {
      ...{ method, redirect: 'manual' },
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    status = response.status;
    text = await response.text();
  }
  return { status, text, code: /"code":"(\w+)"/.exec(text)?.[1] };
}
