/** A customer's referral code: drawn when it is first asked for, or the host's own. */
import { randomInt } from 'node:crypto';
import { audited } from '../../audit/index.ts';
import { lockCustomer } from '../../customers/index.ts';
import { at, type Scope, sql, text } from '../../kernel/index.ts';
import { CodeTakenError } from '../errors.ts';

export type GiveCode = {
  readonly customer: string;
  /** The host's own, in capitals; whatever was before stops working. */
  readonly code?: string | undefined;
  /** Kept in the audit when a code is set. */
  readonly reason?: string | undefined;
};

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const LENGTH = 8;
/** Of 36^8 codes even a billion leaves one draw in 2,800 taken. */
const DRAWS = 20;

/**
 * The customer's code, made if it has none. Asking again gives the same.
 *
 * @throws {CodeTakenError} The given code is another customer's; the customer keeps what it has.
 */
export function giveCode(
  scope: Scope,
  input: GiveCode,
  draw: () => string = drawCode,
): Promise<string> {
  const { customer, code, reason } = input;
  return audited(
    scope,
    code === undefined ? undefined : reason,
    (inner) =>
      inner.transaction(async (within) => {
        const { id } = await lockCustomer(within, { customer, mode: 'update' });
        const before = await findCode(within, id);
        if (code === undefined) return before ?? drawn(within, id, draw);
        if (before === code || (await storeCode(within, id, code))) return code;
        throw new CodeTakenError(code);
      }),
    (given) => ({
      ...{ operation: 'referrals.code', customer, subject: null, facts: { code: given } },
    }),
  );
}

/** The customer's code, or `null`. Writes nothing. */
export function findCode(scope: Scope, customerId: number): Promise<string | null> {
  return scope.maybeOne(
    sql`
    select code from bursar.referral_codes
     where (tenant_id, customer_id) = (${scope.tenant.id}::int, ${customerId}::bigint)`,
    (row) => text(row.code),
  );
}

async function drawn(scope: Scope, customerId: number, draw: () => string): Promise<string> {
  for (let drawings = 0; drawings < DRAWS; drawings += 1) {
    const code = draw();
    if (await storeCode(scope, customerId, code)) return code;
  }
  throw new Error(`${DRAWS} drawn referral codes were all taken.`);
}

/**
 * False: somebody else has it. The customer's row is locked; two that want one code meet on its own lock, so that the second
 * finds no row instead of a violated constraint.
 */
async function storeCode(scope: Scope, customerId: number, code: string): Promise<boolean> {
  const tenant = scope.tenant.id;
  const lock = `${tenant}/referral code/${code}`;
  await scope.run(sql`select pg_advisory_xact_lock(hashtextextended(${lock}::text, 0))`);
  const stored = await scope.maybeOne(
    sql`
    insert into bursar.referral_codes (tenant_id, customer_id, code, created_at)
    select ${tenant}::int, ${customerId}::bigint, ${code}::text, ${at(scope.now)}::text::timestamptz
     where not exists (select from bursar.referral_codes where (tenant_id, code) = (${tenant}::int, ${code}::text))
    on conflict (tenant_id, customer_id) do update set code = excluded.code
    returning code`,
    (row) => text(row.code),
  );
  return stored !== null;
}

function drawCode(): string {
  return Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}
