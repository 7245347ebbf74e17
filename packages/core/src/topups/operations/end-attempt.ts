/** What became of an attempt, and when the next may be. */
import { announce } from '../../events/index.ts';
import { at, type Scope, sql } from '../../kernel/index.ts';
import { getSetting } from '../../settings/index.ts';
import type { Instruction } from '../instruction.ts';

/** An instruction that is being followed; without an attempt nothing could be tried. */
export type Running = {
  readonly customer: string;
  readonly unit: string;
  readonly balance: number;
  /** `null`: it was taken back meanwhile, so that nobody is told and nothing is tried again. */
  readonly instruction: Instruction | null;
  readonly attempt: string | null;
  /** That it has placed. */
  readonly order: string | null;
};

/** After the first decline an hour, after each further one four times as long. */
const hour = 3_600_000;

/** Ends the attempt, once. @returns Whether it was open. */
export async function endAttempt(
  scope: Scope,
  { attempt, balance }: Running,
  { state }: { state: 'paid' | 'declined' | 'failed' },
): Promise<boolean> {
  const ended = await scope.maybeOne(
    sql`
    with ended as (
      update bursar.top_up_attempts set state = ${state}::text, ended_at = ${at(scope.now)}::text::timestamptz
       where (tenant_id, id) = (${scope.tenant.id}::int, ${attempt}::text) and state = 'open'
      returning tenant_id
    ), well as (
      update bursar.auto_top_ups as instruction set declines = 0, retry_at = null
        from ended
       where (instruction.tenant_id, instruction.balance_id) = (ended.tenant_id, ${balance}::bigint)
         and ${state === 'paid'}::boolean
    )
    select true as ended from ended`,
    () => true,
  );
  return ended === true;
}

/** The payer's bank said no: later again, or never where that was so too often. @returns In how many milliseconds to look again. */
export function decline(scope: Scope, running: Running, order: string): Promise<number | null> {
  return scope.transaction(async (scope) => {
    const { instruction } = running;
    const most = Number(await getSetting(scope, 'topUps.declinesMax'));
    if (!(await endAttempt(scope, running, { state: 'declined' })) || !instruction) return null;
    const declines = instruction.declines + 1;
    if (declines >= most) return stop(scope, running, { order, because: 'declined', declines });
    const wait = hour * 4 ** (declines - 1);
    const retryAt = new Date(scope.now.getTime() + wait);
    await tellFailed(scope, running, { order, because: 'declined', declines, retryAt });
    return wait;
  });
}

/** Something else was in the way. @param failed.retryAt Left out: in an hour. */
export function failBecause(
  scope: Scope,
  running: Running,
  failed: { order: string | null; because: string; retryAt?: Date | undefined },
): Promise<number | null> {
  return scope.transaction(async (scope) => {
    const { retryAt = new Date(scope.now.getTime() + hour), ...rest } = failed;
    if (running.attempt !== null && !(await endAttempt(scope, running, { state: 'failed' })))
      return null;
    if (!running.instruction) return null;
    await tellFailed(scope, running, { ...rest, declines: running.instruction.declines, retryAt });
    return retryAt.getTime() - scope.now.getTime();
  });
}

/** What only setting it anew can change was in the way. */
export function stopBecause(
  scope: Scope,
  running: Running,
  stopped: { order: string | null; because: string },
): Promise<null> {
  return scope.transaction(async (scope) => {
    if (running.attempt !== null && !(await endAttempt(scope, running, { state: 'failed' })))
      return null;
    if (!running.instruction) return null;
    return stop(scope, running, { ...stopped, declines: running.instruction.declines });
  });
}

type Told = { order: string | null; because: string; declines: number };

async function tellFailed(
  scope: Scope,
  running: Running,
  told: Told & { retryAt: Date },
): Promise<void> {
  const { retryAt, ...rest } = told;
  await scope.run(sql`
    update bursar.auto_top_ups
       set declines = ${told.declines}::int, retry_at = ${at(retryAt)}::text::timestamptz
     where (tenant_id, balance_id) = (${scope.tenant.id}::int, ${running.balance}::bigint)`);
  await tell(scope, running, 'top_up.failed', { ...rest, retryAt: at(retryAt) });
}

/** Nothing is tried any more until the instruction is set anew. */
async function stop(scope: Scope, running: Running, told: Told): Promise<null> {
  await scope.run(sql`
    update bursar.auto_top_ups
       set declines = ${told.declines}::int, stopped_at = ${at(scope.now)}::text::timestamptz
     where (tenant_id, balance_id) = (${scope.tenant.id}::int, ${running.balance}::bigint)`);
  await tell(scope, running, 'top_up.stopped', told);
  return null;
}

function tell(
  scope: Scope,
  { customer, unit, balance, instruction }: Running,
  type: string,
  data: object,
): Promise<void> {
  const subject = { type: 'balance', id: String(balance) };
  return announce(scope, {
    type,
    customer,
    subject,
    data: { unit, offer: instruction?.offer, ...data },
  });
}
