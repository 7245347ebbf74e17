/**
 * What the server is told by its environment, read once and refused early when it cannot be.
 */

/** Everybody knows it: good enough to try things out, and nothing else. */
export const demoSecret = 'everybody-knows-this-secret-of-the-bursar-demo';

/** HS256 is as strong as its secret: 256 bits of it. */
const secretLengthMin = 32;

export type Environment = {
  readonly framework: 'fastify' | 'express';
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly databaseUrl: string;
  readonly jwtSecret: string;
  readonly testClock: string | null;
  /** Webhooks may go to `http:` and to private addresses, such as a receiver on this machine. */
  readonly webhooksPrivate: boolean;
  readonly check: boolean;
};

/**
 * Reads the environment and the command line.
 * @throws {Error} A value that cannot be, or one that has no place in production.
 */
export function readEnvironment(env: NodeJS.ProcessEnv, argv: readonly string[]): Environment {
  const {
    FRAMEWORK: framework = 'fastify',
    HOST: host = '127.0.0.1',
    TEST_CLOCK,
    WEBHOOKS_PRIVATE = '',
    JWT_SECRET,
    DATABASE_URL,
  } = env;
  const check = argv.includes('--check');
  if (framework !== 'fastify' && framework !== 'express')
    throw new Error('FRAMEWORK must be fastify or express.');
  const port = Number(env.PORT || (check ? 0 : 3000));
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error('PORT must be a number from 0 to 65535.');
  if (TEST_CLOCK && Number.isNaN(Date.parse(TEST_CLOCK)))
    throw new Error('TEST_CLOCK must be an instant such as 2026-01-31T00:00:00Z.');
  if (!['', '0', '1'].includes(WEBHOOKS_PRIVATE))
    throw new Error('WEBHOOKS_PRIVATE must be 0 or 1.');
  if (env.NODE_ENV === 'production' && WEBHOOKS_PRIVATE === '1')
    throw new Error('WEBHOOKS_PRIVATE is refused when NODE_ENV=production.');
  if (env.NODE_ENV === 'production' && TEST_CLOCK)
    throw new Error('TEST_CLOCK is refused when NODE_ENV=production.');
  if (env.NODE_ENV === 'production' && (JWT_SECRET ?? '').length < secretLengthMin)
    throw new Error(
      `JWT_SECRET of ${secretLengthMin} characters or more is needed when NODE_ENV=production.`,
    );
  return {
    ...{ framework, host, port, check },
    databaseUrl: DATABASE_URL || 'memory://',
    jwtSecret: JWT_SECRET || demoSecret,
    testClock: TEST_CLOCK || null,
    webhooksPrivate: WEBHOOKS_PRIVATE === '1',
  };
}
