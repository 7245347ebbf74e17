/**
 * Who is asked about: the customer's row and rights, read once for any number of features, and kept between requests
 * for as long as nothing changes them.
 */
import { findCustomer } from '../customers/index.ts';
import type { Scope } from '../kernel/index.ts';
import { rightsAt } from '../subscriptions/index.ts';
import type { Subject, SubjectCache } from './subject-cache.ts';

declare module '../kernel/scope.ts' {
  interface Ports {
    /** Left out, every decision reads. */
    readonly subjects?: SubjectCache | undefined;
  }
}

/** A customer's rights as far as this process remembers them; `null` when they must be read. */
export function recallSubject(scope: Scope, customer: string): Subject | null {
  const { subjects } = scope.ports;
  if (!subjects || scope.inTransaction) return null;
  return subjects.find({ tenant: scope.tenant.key, customer }, scope.now);
}

/** A customer's rights at the scope's now; the zero form for one nobody has named. Never from memory inside a transaction. */
export async function subjectOf(scope: Scope, customer: string): Promise<Subject> {
  const known = recallSubject(scope, customer);
  if (known) return known;
  const { subjects } = scope.ports;
  if (!subjects || scope.inTransaction) return readSubject(scope, customer);
  const key = { tenant: scope.tenant.key, customer };
  const keep = subjects.reading(key);
  const subject = await readSubject(scope, customer);
  keep(subject, scope.now);
  return subject;
}

async function readSubject(scope: Scope, customer: string): Promise<Subject> {
  const row = await findCustomer(scope, customer);
  return { customer, row, rights: await rightsAt(scope, row, scope.now) };
}
