/** What a host says about its customers' profiles: languages, roles, what one may change oneself, and its own hook. */
import { z } from 'zod';
import { type Row, ValidationError } from '../kernel/index.ts';
import type { ProfileFields } from './profile-fields.ts';

/** What kind of person a customer is. */
export type Role = {
  /** Shown beside the name; none unless said. */
  readonly badge?: string | undefined;
  /** What is kept beside the profile, and its rules; nothing unless said. Only what survives JSON. */
  readonly extra?: z.ZodObject | undefined;
};

/** A customer about to be made, as the hook sees it and may change it. */
export type Newcomer = { readonly customer: string; readonly kind: string } & ProfileFields;

/** What surrounds the making of a customer. */
export type Creating = {
  readonly tenant: string;
  readonly actor: string | null;
  /** The transaction that makes the customer. Wait for nothing but this. */
  readonly tx: { query(text: string, values?: readonly unknown[]): Promise<{ rows: Row[] }> };
};

export type CustomerRules = {
  /** What customers may change of themselves; `selfServiceFields` unless said. */
  readonly selfService?: readonly string[] | undefined;
  /** Languages, such as `en`; any unless said. */
  readonly locales?: readonly string[] | undefined;
  /** Languages that are read as another: `{ no: 'nb' }`. */
  readonly localeAliases?: Readonly<Record<string, string>> | undefined;
  /** Beside `customer`, `bot`, `influencer` and `manager`, or in their place. */
  readonly roles?: Readonly<Record<string, Role>> | undefined;
  /**
   * Asked once for each customer about to be made, in the transaction that makes it. Gives fields to change, or nothing; what it
   * throws refuses: nobody is made.
   */
  readonly creating?:
    | ((
        newcomer: Newcomer,
        context: Creating,
      ) => ProfileFields | undefined | Promise<ProfileFields | undefined>)
    | undefined;
};

declare module '../kernel/scope.ts' {
  interface Ports {
    readonly customerRules?: CustomerRules | undefined;
  }
}

/** What customers may change of themselves unless the host says otherwise. */
export const selfServiceFields = [
  ...(['name', 'firstName', 'lastName', 'phone', 'country', 'locale', 'timeZone'] as const),
  ...(['birthDate', 'avatarUrl', 'emailOptIn', 'smsOptIn', 'addresses'] as const),
] as const;

const builtIn: Readonly<Record<string, Role>> = {
  customer: {},
  bot: { badge: 'Bot' },
  influencer: { badge: 'Influencer' },
  manager: { badge: 'Manager' },
};

/** The role of that name, or null. */
export function roleOf({ roles = {} }: CustomerRules, name: string): Role | null {
  const own = Object.hasOwn(roles, name) ? roles[name] : undefined;
  return own ?? (Object.hasOwn(builtIn, name) ? (builtIn[name] ?? null) : null);
}

/**
 * What is kept beside a profile in this role.
 * @throws {ValidationError} There is no such role, or it does not keep that.
 */
export function extraOf(
  rules: CustomerRules,
  role: string,
  extra: unknown,
): Record<string, unknown> {
  const found = roleOf(rules, role);
  if (!found) {
    const detail = 'must be a role that is configured';
    throw new ValidationError([{ pointer: '/role', detail }]);
  }
  const shape = (found.extra ?? z.object({})).strict();
  const read = shape.safeParse(extra);
  if (read.success) return read.data as Record<string, unknown>;
  throw new ValidationError(
    read.error.issues.flatMap((issue) => {
      const keys = issue.code === 'unrecognized_keys' ? issue.keys : [];
      const paths = keys.length > 0 ? keys.map((key) => [...issue.path, key]) : [issue.path];
      return paths.map((path) => ({
        pointer: `/extra${path.map((part) => `/${String(part)}`).join('')}`,
        detail: keys.length > 0 ? `is not kept of the role ${role}: leave it out` : issue.message,
      }));
    }),
  );
}
