/** What a host asks for when it changes a plan, every field read and checked before anything is looked up. */
import { fault, readCount, readText } from './input.ts';
import type { Proration } from './proration.ts';
import { readTarget, type Target } from './target-input.ts';

export type PreviewChange = Omit<Target, 'idempotencyKey' | 'reason'> & {
  plan: string;
  /** The newest unless said. */
  version?: number | undefined;
  /** `now` unless said. `auto`: now if it is dearer in the same time, else at the end of the period. */
  at?: 'now' | 'period_end' | 'auto' | undefined;
  /** `prorate` unless said. */
  proration?: Proration | undefined;
  /** Of features in both: `keep` unless said. */
  usage?: 'keep' | 'reset' | undefined;
  /** Of the prices; left out, the one both plans have. */
  currency?: string | undefined;
  /** True: refused unless the plan is marked `selfService`. What the customers' own route sends. */
  selfService?: boolean | undefined;
};

export type ChangePlan = PreviewChange &
  Target & {
    /** The token of a preview: exactly that is done, or it is refused with `preview_stale`. */
    preview?: string | undefined;
  };

/** `ChangePlan` with every value checked. */
export type AskedChange = {
  readonly plan: string;
  readonly version: number | null;
  readonly timing: 'now' | 'period_end' | 'auto';
  readonly proration: Proration;
  readonly usage: 'keep' | 'reset';
  readonly currency: string | null;
  readonly selfService: boolean;
  readonly token: string | null;
};

const fields = ['plan', 'version', 'at', 'proration', 'usage', 'currency', 'selfService'];

/** @throws {ValidationError} Names each field that cannot be read. */
export function readChange(input: ChangePlan): AskedChange {
  readTarget(input, [...fields, 'preview']);
  const { version, currency, preview } = input;
  return {
    plan: readText(input.plan, '/plan'),
    version: version === undefined ? null : readCount(version, '/version'),
    timing: oneOf(input.at ?? 'now', ['now', 'period_end', 'auto'], '/at'),
    proration: oneOf(input.proration ?? 'prorate', ['prorate', 'none', 'full'], '/proration'),
    usage: oneOf(input.usage ?? 'keep', ['keep', 'reset'], '/usage'),
    currency: currency === undefined ? null : readText(currency, '/currency', 64),
    selfService: input.selfService === true,
    token: preview === undefined ? null : readText(preview, '/preview'),
  };
}

function oneOf<T extends string>(value: T, words: readonly T[], pointer: string): T {
  if (words.includes(value)) return value;
  throw fault(pointer, `must be one of ${words.join(', ')}`);
}
