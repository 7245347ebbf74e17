/** What a request says of whoever asks, in case that customer is new: language, country, zone, and whose code brought it. */
import type { Origin } from '../kernel/index.ts';
import { cookieOf } from './cookies.ts';
import type { Session } from './session.ts';

/** Reads the request; what of it is usable is decided where somebody is made. The host's functions come last, but for the code. */
export function originOf(session: Session, customer: string): Origin {
  const { options, native } = session;
  const request = session.request();
  const sent = (name: string): readonly unknown[] => [
    (request.body as Record<string, unknown> | null | undefined)?.[name],
    (request.query as Record<string, unknown> | null | undefined)?.[name],
  ];
  const header = (name: string) => request.headers[name];
  const words = [options.referralCode?.(native), ...sent('referral_code')];
  return {
    customer,
    locales: [
      ...[...sent('locale'), ...sent('language'), header('x-locale'), header('x-language')],
      ...[cookieOf(request, 'locale'), options.locale?.(native)],
    ],
    countries: [
      ...[...sent('country'), ...sent('region'), header('x-country'), header('x-region')],
      options.country?.(native),
    ],
    zones: [...sent('timeZone'), header('x-time-zone'), options.timeZone?.(native)],
    code: words.find((word): word is string => typeof word === 'string' && word.trim() !== ''),
    cookie: (name) => cookieOf(request, name),
  };
}
