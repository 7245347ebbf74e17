/**
 * Running a guard on a request: who asks, may they, what does the guard say, and what is answered when it says no.
 *
 * A refusal first gives back what earlier guards of the request took. Under `enforce: false` nothing is ever refused.
 */
import { BursarError, isBursarError, statusOf, type ErrorCode } from '../kernel/errors.ts';
import { AlreadySpentError } from './errors.ts';
import type { Asker, Verdict } from './guard.ts';
import { toProblem } from './problem.ts';
import { rateLimitFields } from './rate-limit.ts';
import type { GuardOptions, Reply, Statuses } from './registration.ts';
import { authorize, identifyAsker, type Session } from './session.ts';
import { giveBackAll } from './settle.ts';

/** `fields` go out with whatever answers the request; `refusal` is null when it may pass. */
export type Enforced = {
  readonly fields: Readonly<Record<string, string>>;
  readonly refusal: { readonly reply: Reply; readonly denied: Verdict | null } | null;
};

/** A guard ready to be run on requests. */
export type Guard = (session: Session) => Promise<Enforced>;

/** What a guard does once it is known who asks; null when there was nothing to decide. */
export type Judge = (session: Session, asker: Asker) => Promise<Verdict | null>;

/** A decision's "no", as an error of the closed list, so that one mapping answers all. */
class Refusal extends BursarError {
  override readonly code: ErrorCode;
  readonly decision: Verdict;
  constructor(decision: Verdict) {
    super(sentenceOf(decision));
    this.code = (decision.reason ?? 'forbidden') as ErrorCode;
    this.decision = decision;
  }
}

/**
 * A guard that can run: identity, `authorize`, the judge, and the answer.
 * What is not an error of the kit (the host's own function failing, say) is thrown to the host after giving back.
 */
export function guardOf(name: string, options: GuardOptions<never>, judge: Judge): Guard {
  return async (session) => {
    try {
      const { asker } = await identifyAsker(session);
      await authorize(session, name);
      const usedBy = options.usedBy?.(session.native as never);
      const verdict = await judge(session, usedBy === undefined ? asker : { ...asker, usedBy });
      if (verdict) session.decisions.push(verdict);
      if (verdict && !verdict.allowed) throw new Refusal(verdict);
      return { fields: fieldsOf(session), refusal: null };
    } catch (error) {
      return refuse(session, name, options, error);
    }
  };
}

async function refuse(
  session: Session,
  name: string,
  options: GuardOptions<never>,
  error: unknown,
): Promise<Enforced> {
  const { binding } = session;
  const denied = error instanceof Refusal ? error.decision : null;
  if (session.options.enforce === false && isBursarError(error)) {
    const facts = { guard: name, code: error.code, customer: session.known?.asker?.customer, decision: denied };
    binding.logger.warn(facts, 'a guard would have refused');
    return { fields: fieldsOf(session), refusal: null };
  }
  await giveBackAll(session);
  if (!isBursarError(error)) throw error;
  if (error.status >= 500) binding.logger.error({ err: error, guard: name }, 'a guard could not decide');
  const { url, id } = session.request();
  const problem = toProblem(error, {
    instance: url,
    requestId: id,
    status: statusFor(error.code, options.status, session.options.status),
    now: binding.now(),
    ...(error instanceof AlreadySpentError ? { decision: session.decisions.at(-1) } : {}),
  });
  const { status, headers, body } = problem;
  return { fields: {}, refusal: { reply: { status, headers, body: JSON.stringify(body) }, denied } };
}

/** The status of a code: what the guard says, then the registration, then the table of `kernel/errors.ts`. */
export function statusFor(
  code: ErrorCode,
  ofGuard: number | Statuses | undefined,
  ofRegistration: Statuses | undefined,
): number {
  if (typeof ofGuard === 'number') return code === 'unauthenticated' ? statusOf(code) : ofGuard;
  const table: Partial<Record<ErrorCode, number>> = { ...ofRegistration, ...ofGuard };
  return table[code] ?? statusOf(code);
}

function fieldsOf(session: Session): Record<string, string> {
  return rateLimitFields(session.quotas, session.binding.now());
}

function sentenceOf({ reason, feature, unit, requested, available }: Verdict): string {
  const what = feature ?? unit ?? 'a subscription';
  const left = available === null ? '' : ` ${available} of ${requested} asked are available.`;
  return `Refused for ${what}: ${(reason ?? 'forbidden').replaceAll('_', ' ')}.${feature || unit ? left : ''}`;
}
