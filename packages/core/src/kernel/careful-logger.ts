/**
 * The host's logger, told nothing that must not be read: of an error its class, message, code and where it was thrown.
 *
 * Drivers and SDKs hang values, statements and whole requests on their errors; none of that goes on. What looks like a
 * secret in a text is crossed out, though no pattern knows them all.
 */
import type { Logger } from './scope.ts';

/**
 * Credentials of a URL, a scheme's token, a JWT, a processor's or a webhook's secret, an e-mail address. Each part has a bound:
 * what others wrote must not make them slow.
 */
const secrets: readonly (readonly [RegExp, string])[] = [
  [/\b(?!file:)([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s"'<>]{0,500}@/gi, '$1***@'],
  [/\b(bearer|basic)\s+[\w.~+/=-]+/gi, '$1 ***'],
  [/\beyJ[\w-]*\.[\w-]+(\.[\w-]*)?/g, '***'],
  [/\b(sk|rk|pk|whsec)_[\w+/=-]+/g, '$1_***'],
  [/[\w.+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?![\w/])/gi, '***@***'],
];

/** Facts that repeat what an error said; the others are ours, and a customer's id stays what it is. */
const foreign = ['detail', 'reason'] as const;

/** Of one text; what is longer is cut off. */
const lengthMax = 10_000;

/** How far the causes of an error are told. */
const causesMax = 4;

/** A logger that hands on to `logger` what may be read. */
export function carefulLogger(logger: Logger): Logger {
  const careful: Logger = {
    debug: (facts, message) => logger.debug(cleaned(facts), message),
    info: (facts, message) => logger.info(cleaned(facts), message),
    warn: (facts, message) => logger.warn(cleaned(facts), message),
    error: (facts, message) => logger.error(cleaned(facts), message),
  };
  if (logger.isLevelEnabled)
    careful.isLevelEnabled = (level) => logger.isLevelEnabled?.(level) ?? true;
  return careful;
}

/** A text without what looks like a secret. */
export function withoutSecrets(text: string): string {
  const short = text.length > lengthMax ? `${text.slice(0, lengthMax)}…` : text;
  return secrets.reduce((left, [secret, stars]) => left.replace(secret, stars), short);
}

function cleaned(facts: object): object {
  const told: Record<string, unknown> = { ...facts };
  if ('err' in told) told.err = cleanError(told.err, causesMax);
  for (const name of foreign)
    if (typeof told[name] === 'string') told[name] = withoutSecrets(told[name]);
  return told;
}

function cleanError(thrown: unknown, causes: number): unknown {
  if (!(thrown instanceof Error)) return withoutSecrets(asText(thrown));
  const { name, message, stack, cause, code, constraint, constraint_name } = thrown as Error & {
    [Name in 'code' | 'constraint' | 'constraint_name']?: unknown;
  };
  const clean = new Error(withoutSecrets(asText(message)));
  // Not enumerable, as on any error: what a log calls an error by is its class.
  Object.defineProperty(clean, 'constructor', { value: thrown.constructor });
  Object.defineProperty(clean, 'name', { value: asText(name) });
  Object.defineProperty(clean, 'stack', { value: withoutSecrets(asText(stack)) });
  if (cause !== undefined && causes > 0)
    Object.defineProperty(clean, 'cause', { value: cleanError(cause, causes - 1) });
  const facts = { code, constraint: constraint_name ?? constraint };
  for (const [fact, value] of Object.entries(facts))
    if (typeof value === 'string') Object.assign(clean, { [fact]: withoutSecrets(value) });
  return clean;
}

/** Of anything that can be thrown. */
function asText(value: unknown): string {
  try {
    return typeof value === 'object' && value !== null ? 'It is no error.' : String(value);
  } catch {
    return 'It cannot be told.';
  }
}
