/** The door of the audit: why things were changed by hand, kept with the change. */
export { eraseAuditValues } from './operations/erase-audit-values.ts';
export {
  type AuditLine,
  type AuditPage,
  type ListAudit,
  listAudit,
} from './operations/list-audit.ts';
export {
  type Audited,
  type AuditFacts,
  type AuditPersonal,
  audited,
} from './operations/record-audit.ts';
export { auditRoutes } from './routes.ts';
