/**
 * The demo's tokens: HS256 JWTs that say who somebody is, what role they have, and whose tenant they are of.
 */
import { UnauthenticatedError } from '@bursar/core';
import { jwtVerify, SignJWT } from 'jose';

export type User = {
  readonly sub: string;
  readonly role?: string | undefined;
  readonly tenant?: string | undefined;
};

/** A token of somebody, good for a year: for trying things out only. */
export function signToken(user: User, secret: string): Promise<string> {
  return new SignJWT({ ...user })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuedAt()
    .setExpirationTime('365d')
    .sign(new TextEncoder().encode(secret));
}

/**
 * Whose token an `Authorization` header carries; `null` without one.
 * @throws {UnauthenticatedError} It is forged, over, or no bearer token.
 */
export async function readToken(
  authorization: string | undefined,
  secret: string,
): Promise<User | null> {
  if (authorization === undefined) return null;
  const token = /^Bearer (\S+)$/i.exec(authorization)?.[1];
  try {
    const { payload } = await jwtVerify(token ?? '', new TextEncoder().encode(secret), {
      algorithms: ['HS256'],
    });
    return checkUser(payload);
  } catch {
    throw new UnauthenticatedError();
  }
}

/**
 * The user a verified payload speaks of.
 * @throws {UnauthenticatedError} It names nobody.
 */
export function checkUser(payload: object): User {
  const { sub, role, tenant } = payload as Record<string, unknown>;
  if (typeof sub !== 'string' || sub === '') throw new UnauthenticatedError();
  return {
    sub,
    role: typeof role === 'string' ? role : undefined,
    tenant: typeof tenant === 'string' ? tenant : undefined,
  };
}
