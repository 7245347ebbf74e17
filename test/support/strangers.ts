/**
 * Customers with something to lose, and what must come of it when somebody else names what is theirs: the very answer that a
 * name nobody ever had gets, and every row as it was.
 *
 * What a victim owns bears the word `private`, so that a leak is seen wherever it comes out.
 */
import { randomUUID } from 'node:crypto';
import type { Bursar } from '@bursar/core';
import { isBursarError } from '@bursar/core';
import { toProblem } from '@bursar/core/http';
import type { Ask } from './walled.ts';

export type AnyKit = ReturnType<Bursar['tenant']>;

/** Everything of a customer's that a call can name. */
export type Names = {
  readonly customer: string;
  readonly subscription: string;
  readonly hold: string;
  readonly grant: string;
  readonly transfer: string;
  /** Of a spend of `api-calls`. */
  readonly spend: string;
  /** Of an event that its consumer has given up on. */
  readonly event: string;
  readonly job: string;
  /** Not paid yet. */
  readonly order: string;
  /** Of webhooks: the tenant's, whoever asks. */
  readonly endpoint: string;
  /** Nobody has decided about it yet. */
  readonly withdrawal: string;
  /** Of a reward that was spent; nobody's until one is made. */
  reversal: string;
  /** Of something that could not be rewarded; nobody's until one is made. */
  occurrence: string;
  readonly key: string;
  readonly external: string;
};

/** Makes the customer, with a subscription, money, something spent and something held. */
export async function settle(kit: AnyKit, customer: string, key: string): Promise<Names> {
  const points = { customer, unit: 'points' };
  const external = `external of ${customer}`;
  await kit.customers.upsert({
    customer,
    name: `name of ${customer}`,
    external: { crm: external },
  });
  const { id } = await kit.subscribe({ customer, plan: 'pro' });
  await kit.wallet.credit({ ...points, amount: 900, reason: `reason of ${customer}` });
  await kit.wallet.credit({ customer, unit: 'EUR', amount: 900 });
  const debited = await kit.wallet.debit({ ...points, amount: 7, usedBy: `member of ${customer}` });
  const spent = await kit.consume({ customer, feature: 'api-calls', amount: 3 });
  await kit.consume({ customer, feature: 'api-calls', usedBy: `member of ${customer}` });
  await kit.hold({ ...points, amount: 5 });
  const hold = await kit.hold({ ...points, amount: 6 });
  const { job } = await kit.wallet.queue({
    ...{ ...points, amount: 1, operation: 'credit', idempotencyKey: `later, for ${customer}` },
  });
  const { order } = await kit.orders.create({ customer, offer: 'pack' });
  const endpoint = await endpointOf(kit, customer);
  const { withdrawal } = await kit.withdrawals.request({
    ...{ customer, amount: 1, currency: 'points', details: { account: `account of ${customer}` } },
  });
  const [grant] = await kit.wallet.grants(points);
  return {
    ...{
      customer,
      subscription: id,
      hold: hold.id,
      grant: grant?.id ?? '',
      external,
      key,
      job,
      order: order.id,
      endpoint,
      withdrawal: withdrawal.id,
    },
    ...{ transfer: debited.transferId ?? '', spend: spent.transferId ?? '', event: '' },
    reversal: `reversal of ${customer}`,
    occurrence: `occurrence of ${customer}`,
  };
}

/** The tenant's one, which bears the name of whoever came first. */
async function endpointOf({ webhooks }: AnyKit, customer: string): Promise<string> {
  const [known] = await webhooks.list();
  if (known) return known.id;
  const url = `https://hooks.example.com/${customer}`;
  const { endpoint } = await webhooks.create({ url, types: ['webhook.disabled'] });
  return endpoint.id;
}

/** As `settle` names them, and nobody has ever had them. */
export function neverMade(): Names {
  const own = randomUUID();
  const number = 8_000_000_000 + Math.floor(Math.random() * 1_000_000_000);
  return {
    ...{ customer: `never-${own}`, key: `key-${own}`, external: `external-${own}` },
    ...{ subscription: `sub_${own}`, hold: `hld_${own}`, event: `evt_${own}` },
    ...{ job: `job_${own}`, order: `ord_${own}`, endpoint: `whe_${own}` },
    ...{ withdrawal: `wdr_${own}`, reversal: `rev_${own}` },
    occurrence: `rev_${randomUUID()}`,
    ...{ grant: `grt_${number}`, transfer: `trf_${number}_1`, spend: `trf_${number}_2` },
  };
}

export type Outcome = {
  /** 200 for an answer, else the problem's. */
  readonly status: number;
  readonly code: string | null;
  /** Answer or problem, as JSON. */
  readonly text: string;
};

/** What a call answers, or the problem it would be over HTTP. */
export async function outcomeOf(call: () => unknown): Promise<Outcome> {
  try {
    const answer = await call();
    return { status: 200, code: null, text: JSON.stringify(answer ?? null) };
  } catch (error) {
    if (!isBursarError(error)) throw error;
    const { body } = toProblem(error);
    return { status: error.status, code: error.code, text: JSON.stringify({ body, error }) };
  }
}

/** The text without the names that were asked with, and without what every answer has of its own: ids, secrets, moments. */
export function apartFrom(text: string, asked: Names, people: readonly string[]): string {
  const names = [...Object.entries(asked), ...people.map((one) => ['who', one] as const)];
  return names
    .filter(([, name]) => name !== '')
    .sort(([, one], [, other]) => other.length - one.length)
    .reduce((rest, [what, name]) => rest.replaceAll(name, `<${what}>`), text)
    .replace(/(?<![a-z])[a-z]{3}_[0-9a-f]{8}-[0-9a-f-]{27}/g, '<made>')
    .replace(/\b(trf_\d+_\d+|(grt|aud)_\d+|erased_[0-9a-f]+)\b/g, '<made>')
    .replace(/\bwhsec_[\w+/]+=*/g, '<made>')
    .replace(/"code":"[A-Z0-9]{8}"/g, '"code":"<made>"')
    .replace(/\bdefault\/\d+\//g, 'default/<made>/')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<instant>');
}

/** Of what must come out nowhere, what stands in the text beside the names that were asked with. */
export function leaked(text: string, asked: Names, marks: readonly string[]): string[] {
  const rest = Object.values(asked)
    .filter((name) => name !== '')
    .sort((one, other) => other.length - one.length)
    .reduce((left, name) => left.replaceAll(name, ''), text);
  return [...marks, 'private'].filter((mark) => rest.includes(mark));
}

export type Dump = {
  readonly rows: readonly string[];
  /** What must come out nowhere: every id in it. */
  readonly marks: readonly string[];
};

/** Every row of a tenant in every table, or those that are of `only`, by whatever column says so. */
export async function dumpOf(ask: Ask, tenant: string, only?: readonly string[]): Promise<Dump> {
  const tables = await ask(
    `select c.table_name as name from information_schema.columns as c join information_schema.tables as t
        on (t.table_schema, t.table_name, t.table_type) = (c.table_schema, c.table_name, 'BASE TABLE')
      where c.table_schema = 'bursar' and c.column_name = 'tenant_id' order by 1`,
  );
  const parts = tables.map(
    ({ name }) => `select '${name}' as place, to_jsonb(r) as row from bursar.${name} as r
                    where tenant_id = (select id from bursar.tenants where key = '${tenant}')`,
  );
  const rows = await ask(`${parts.join(' union all ')} order by 1, 2`);
  const all = rows.map(({ place, row }) => ({ place: String(place), row: row as Row }));
  const kept = only ? ownedBy(all, only) : all;
  const text = kept.map(({ place, row }) => `${place} ${JSON.stringify(row)}`);
  return { rows: text, marks: [...new Set([...kept.flatMap(numbersOf), ...text.flatMap(idsIn)])] };
}

type Row = Readonly<Record<string, unknown>>;
type Placed = { readonly place: string; readonly row: Row };

function ownedBy(all: readonly Placed[], customers: readonly string[]): Placed[] {
  const ids = (place: string, column: string, among: ReadonlySet<unknown>) =>
    new Set(
      all
        .filter((one) => one.place === place && among.has(one.row[column]))
        .map(({ row }) => row.id),
    );
  const people = ids('customers', 'external_id', new Set(customers));
  const balances = ids('balances', 'customer_id', people);
  const subscriptions = ids('subscriptions', 'customer_id', people);
  return all.filter(
    ({ place, row }) =>
      people.has(place === 'customers' ? row.id : row.customer_id) ||
      balances.has(row.balance_id) ||
      balances.has(row.counter_balance_id) ||
      subscriptions.has(row.subscription_id) ||
      customers.some((customer) => JSON.stringify(row).includes(customer)),
  );
}

function numbersOf({ place, row }: Placed): string[] {
  if (place === 'grants') return [`grt_${row.id}`];
  return place === 'entries' ? [`trf_${row.balance_id}_${row.sequence}`] : [];
}

function idsIn(text: string): string[] {
  return text.match(/\b[a-z]{3}_[0-9a-f]{8}-[0-9a-f-]{27}\b/g) ?? [];
}
