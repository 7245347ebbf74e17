/**
 * Taking rewards back, whatever became of them: from the grant that brought one, then from what else is on the balance.
 *
 * Nothing is dropped: what cannot be taken is said, or is owed below the floor, and later credits fill it first.
 */
import type { CustomerRow } from '../../customers/index.ts';
import { integer, json, type Scope, sql } from '../../kernel/index.ts';
import type { Draft, GrantRow } from '../draft.ts';
import { addGrant, closeGrant, removeUnits } from '../grant-moves.ts';
import { type Opened, openBalances } from '../open-balances.ts';
import { attribute, post } from '../post.ts';
import { reachOf } from '../split.ts';
import { writeDrafts } from '../write-draft.ts';

export type ClawBack = {
  readonly unit: string;
  /** `strict` takes what may be spent, `allow_debt` all of it. */
  readonly policy: 'strict' | 'allow_debt';
  readonly reference: { readonly type: string; readonly id: string };
  readonly lines: readonly ClawedLine[];
};

export type ClawedLine = {
  /** Each once; its row is locked. */
  readonly customer: CustomerRow;
  /** The grant that brought it; null: whatever there is. */
  readonly grantId: number | null;
  /** Above zero. Of a grant that has not begun at most what it will bring. */
  readonly amount: number;
  /** Of the grant that waits on with the rest, where part is taken of one that waits. */
  readonly rest: string;
};

/** `grantId` is another one where what is left of a grant that waits goes on waiting; null where nothing is. */
export type Clawed = { readonly taken: number; readonly grantId: number | null };

/** Takes each line back. Needs an open transaction. @returns In the order of the lines. */
export async function clawBack(scope: Scope, asked: ClawBack): Promise<Clawed[]> {
  const { lines, unit } = asked;
  if (lines.length === 0) return [];
  const opened = await openBalances(
    scope,
    lines.map(({ customer }) => ({ customer, unit })),
  );
  const voided = await neverBegun(scope, lines);
  const done = lines.map((line, index) =>
    voided.has(line.grantId)
      ? { taken: line.amount, grant: null }
      : take(opened[index] as Opened, line, asked),
  );
  await writeDrafts(scope, opened);
  return done.map(({ taken, grant }) => ({ taken, grantId: grant?.id ?? null }));
}

/** Grants that an operator voided before they began: they brought nothing, so there is nothing to take. */
async function neverBegun(
  scope: Scope,
  lines: readonly ClawedLine[],
): Promise<ReadonlySet<number | null>> {
  const ids = lines.flatMap(({ grantId }) => (grantId === null ? [] : [grantId]));
  if (ids.length === 0) return new Set();
  const voided = await scope.many(
    sql`
    select id from bursar.grants
     where tenant_id = ${scope.tenant.id}::int and voided_at < effective_at
       and id in (select value::bigint from jsonb_array_elements_text(${json(ids)}::text::jsonb) as value)`,
    (row) => integer(row.id),
  );
  return new Set(voided);
}

type Taken = { readonly taken: number; readonly grant: GrantRow | null };

function take(opened: Opened, line: ClawedLine, { policy, reference }: ClawBack): Taken {
  const { draft } = opened;
  const grant = draft.grants.find(({ id }) => id === line.grantId) ?? null;
  if (grant && !grant.open && grant.closedAt === null) return takeWaiting(draft, grant, line);
  const reach = policy === 'strict' ? Math.max(0, reachOf(opened)) : line.amount;
  const taken = Math.min(line.amount, reach);
  const own = grant?.open ? Math.min(grant.free, taken) : 0;
  if (grant && own > 0)
    removeUnits(draft, grant, own, { kind: 'reversal', at: draft.now, facts: { reference } });
  const others = taken - own;
  if (others > 0)
    post(draft, {
      ...{ kind: 'reversal', amount: 0 - others, draws: others },
      facts: { counter: 'issued', reference },
    });
  attribute(draft);
  return { taken, grant };
}

/** What never began brought nothing: it is voided without an entry, and a smaller one waits in its place. */
function takeWaiting(draft: Draft, grant: GrantRow, { amount, rest }: ClawedLine): Taken {
  const left = grant.amount - amount;
  const { effectiveAt, priority, expiresAt } = grant;
  closeGrant(draft, grant, { kind: 'void', at: draft.now });
  if (left <= 0) return { taken: grant.amount, grant: null };
  const waiting = addGrant(draft, {
    ...{ source: 'reward', amount: left, reference: rest, effectiveAt, priority, expiresAt },
    waits: true,
  });
  return { taken: amount, grant: waiting };
}
