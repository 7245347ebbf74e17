/**
 * Running a guard on a request: who asks, may they, what does the guard say, and what is answered when it says no.
 *
 * A refusal first gives back what earlier guards of the request took. Under `enforce: false` nothing is ever refused.
 */
import { type ErrorCode, inSpan, isBursarError, statusOf } from '../kernel/index.ts';
import type { Asker, Verdict } from './guard.ts';
import { problemOf, type Refused, refusedBy } from './problem.ts';
import { rateLimitFields } from './rate-limit.ts';
import type { GuardOptions, OnDenied, Reply, Statuses } from './registration.ts';
import { authorize, checkParty, identify, identifyAsker, type Session } from './session.ts';
import { giveBackAll } from './settle.ts';

/** `fields` go out with whatever answers the request; `refusal` is null when it may pass. */
export type Enforced = {
  readonly fields: Readonly<Record<string, string>>;
  readonly refusal: {
    readonly reply: Reply;
    readonly denied: Verdict | null;
    /** The guard's own `onDenied`. */
    readonly onDenied: OnDenied | undefined;
  } | null;
};

/** A guard ready to be run on requests. What is known without waiting lets a request pass at once. */
export type Guard = (session: Session) => Enforced | Promise<Enforced>;

/** What a guard does once it is known who asks; null when there was nothing to decide. */
export type Judge = (session: Session, asker: Asker) => Promise<Verdict | null>;

/** As a judge, for what is known without waiting; `null` for what is not. */
export type QuickJudge = (session: Session, asker: Asker) => Verdict | null;

/**
 * A guard that can run: identity, `authorize`, the judge, and the answer.
 * What is not an error of the kit (the host's own function failing, say) is thrown to the host after giving back.
 */
export function guardOf(
  name: string,
  options: GuardOptions<never>,
  judge: Judge,
  quick?: QuickJudge | undefined,
): Guard {
  const enforced = async (session: Session): Promise<Enforced> => {
    const { asker, tenant } = await identifyAsker(session);
    await authorize(session, name);
    const usedBy = options.usedBy?.(session.native as never);
    if (usedBy !== undefined) checkParty(usedBy);
    const verdict = await inSpan(`guards.${name}`, tenant ?? session.binding.tenant, () =>
      judge(session, usedBy === undefined ? asker : { ...asker, usedBy }),
    );
    if (verdict) session.decisions.push(verdict);
    if (!verdict || verdict.allowed) return passed(session);
    const code = (verdict.reason ?? 'forbidden') as ErrorCode;
    return refuse(session, {
      name,
      options,
      refused: { code, message: sentenceOf(verdict), decision: verdict },
    });
  };
  const slowly = (session: Session): Promise<Enforced> =>
    enforced(session).catch(async (error: unknown) => {
      if (isBursarError(error))
        return refuse(session, { name, options, refused: refusedBy(error) });
      await giveBackAll(session);
      throw error;
    });
  if (!quick || options.usedBy) return slowly;
  return (session) => passAtOnce(session, quick) ?? slowly(session);
}

/** Only who may pass does so at once: a refusal, like all that is not known yet, takes the whole way. */
function passAtOnce(session: Session, quick: QuickJudge): Enforced | null {
  if (session.options.authorize) return null;
  identify(session);
  const verdict = session.known?.asker ? quick(session, session.known.asker) : null;
  if (!verdict?.allowed) return null;
  session.decisions.push(verdict);
  return passed(session);
}

type Refusal = { name: string; options: GuardOptions<never>; refused: Refused };

async function refuse(session: Session, { name, options, refused }: Refusal): Promise<Enforced> {
  const { binding, known } = session;
  const { code, decision } = refused;
  if (session.options.enforce === false) {
    const facts = { guard: name, code, customer: known?.asker?.customer, decision };
    binding.logger.warn(facts, 'a guard would have refused');
    return passed(session);
  }
  await giveBackAll(session);
  const { url, id } = session.request();
  const { status, headers, body } = problemOf(refused, {
    instance: url,
    requestId: id,
    status: statusFor(code, options.status, session.options.status),
    now: binding.now(),
  });
  if (status >= 500)
    binding.logger.error(
      { guard: name, code, detail: refused.message },
      'a guard could not decide',
    );
  const denied = decision && !decision.allowed ? decision : null;
  return {
    fields: {},
    refusal: {
      reply: { status, headers, body: JSON.stringify(body) },
      denied,
      onDenied: options.onDenied,
    },
  };
}

const nothingToSay: Enforced = { fields: {}, refusal: null };

function passed(session: Session): Enforced {
  if (session.quotas.length === 0) return nothingToSay;
  return { fields: rateLimitFields(session.quotas, session.binding.now()), refusal: null };
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

function sentenceOf({ reason, feature, unit, requested, available }: Verdict): string {
  const what = feature ?? unit ?? 'a subscription';
  const left = available === null ? '' : ` ${available} of ${requested} asked are available.`;
  return `Refused for ${what}: ${(reason ?? 'forbidden').replaceAll('_', ' ')}.${feature || unit ? left : ''}`;
}
