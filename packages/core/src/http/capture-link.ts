/**
 * Taking note of a referral link, wherever the host mounts it: a page that is read with a code becomes a cookie.
 *
 * It never fails a page: what goes wrong is a warning, and no cookie. Nobody is asked who they are, so it may stand before the
 * host's authentication.
 */
import { isBursarError } from '../kernel/index.ts';
import type { LinkCookie } from './binding.ts';
import { cookieOf } from './cookies.ts';
import type { HttpRequest } from './registration.ts';
import { type Session, tenantOf } from './session.ts';

/** The value of a `Set-Cookie` field; null: the request needs none. */
export async function captureLink(session: Session): Promise<string | null> {
  const request = session.request();
  const [path = '', query] = request.url.split('?', 2);
  if (!query) return null;
  const { binding } = session;
  try {
    const params = new URLSearchParams(query);
    const tenant = await tenantOf(session);
    const agent = request.headers['user-agent'];
    const cookie = await binding.captureClick(
      { tenant, actor: null },
      {
        param: (name) => params.get(name),
        cookie: (name) => cookieOf(request, name),
        ...{ address: request.address, path, agent: typeof agent === 'string' ? agent : undefined },
      },
    );
    return cookie && fieldOf(cookie, request);
  } catch (err) {
    // Of a page without a tenant there is nothing to say.
    const isNobodys = isBursarError(err) && err.kind === 'forbidden';
    if (!isNobodys) binding.logger.warn({ err, path }, 'a referral link was not taken note of');
    return null;
  }
}

/** For this site alone, and for no script of it; clicked links come from elsewhere, so not `Strict`. */
function fieldOf({ name, value, ageSeconds }: LinkCookie, { isSecure }: HttpRequest): string {
  const field = `${name}=${value}; Max-Age=${ageSeconds}; Path=/; HttpOnly; SameSite=Lax`;
  return isSecure ? `${field}; Secure` : field;
}
