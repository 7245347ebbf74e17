/**
 * A referral link was used: what its visitor is to keep until it signs up.
 *
 * It is a page of the host's that is read, so nothing is written but a line of the click log, and that only where an operator
 * wants it.
 */
import { announce, news } from '../../events/index.ts';
import { at, newId, type Scope, sql, storable } from '../../kernel/index.ts';
import { type CodeOwner, findCodeOwner } from '../code-owner.ts';
import { codeOf, readClick, signClick } from '../link.ts';
import { linkSettings } from '../link-settings.ts';

export type Visit = {
  /** A parameter of the query. */
  readonly param: (name: string) => unknown;
  readonly cookie: (name: string) => string | undefined;
  readonly address?: string | undefined;
  readonly agent?: string | undefined;
  /** Without its query. */
  readonly path: string;
};

/** A cookie to be set. */
export type LinkCookie = {
  readonly name: string;
  readonly value: string;
  readonly ageSeconds: number;
};

/**
 * What the visitor is to keep; null: there is no link, nobody has its code, or an earlier one counts. Announces
 * `referral.clicked` to this process, and to consumers too where clicks are logged.
 */
export async function captureClick(scope: Scope, visit: Visit): Promise<LinkCookie | null> {
  const settings = await linkSettings(scope);
  const code = settings && codeOf(visit.param(settings.param));
  const owner = code && (await findCodeOwner(scope, code));
  if (!settings || !code || !owner) return null;
  await tell(scope, { visit, code, owner, isLogged: settings.logClicks });
  const before = readClick(scope, visit.cookie(settings.cookie), settings.ttlDays);
  const isKept = !settings.lastClickWins && before && (await findCodeOwner(scope, before.code));
  if (isKept) return null;
  return {
    ...{ name: settings.cookie, value: signClick(scope, code) },
    ageSeconds: settings.ttlDays * 86_400,
  };
}

type Clicked = { visit: Visit; code: string; owner: CodeOwner; isLogged: boolean };

async function tell(scope: Scope, { visit, code, owner, isLogged }: Clicked): Promise<void> {
  const said = {
    ...{ type: 'referral.clicked', customer: owner.customer },
    subject: { type: 'customer', id: owner.customer },
    data: { code, sponsor: owner.customer },
  };
  if (!isLogged) return scope.queue(news(scope, said));
  const { address = null, agent = null, path } = visit;
  await scope.transaction(async (inner) => {
    await inner.run(sql`
      insert into bursar.referral_clicks (tenant_id, id, customer_id, code, address, agent, path, clicked_at)
      values (${inner.tenant.id}::int, ${newId('clk')}::text, ${owner.id}::bigint, ${code}::text, ${cut(address, 64)}::text,
              ${cut(agent, 255)}::text, ${cut(path, 255)}::text, ${at(inner.now)}::text::timestamptz)`);
    await announce(inner, said);
  });
}

/** What strangers send is kept as short as anybody reads it. */
function cut(said: string | null, most: number): string | null {
  return said === null ? null : storable(said).slice(0, most);
}
