/** An endpoint as it is read from its row. */
import { document, instant, instantOrNull, type Row, text, textOrNull } from '../kernel/index.ts';

export type Endpoint = {
  readonly id: string;
  readonly url: string;
  readonly description: string | null;
  /** The events that are sent to it. */
  readonly types: readonly string[];
  readonly enabled: boolean;
  /** `asked`: an operator did it. `gone`: it answered 410. `failing`: it took nothing for five days. */
  readonly disabledBecause: 'asked' | 'gone' | 'failing' | null;
  readonly failingSince: Date | null;
  /** Until then the secret before the last rotation signs, too. */
  readonly previousUntil: Date | null;
  readonly createdAt: Date;
};

/** Reads a row of `webhook_endpoints`, without its secrets. */
export function readEndpoint(row: Row): Endpoint {
  return {
    id: text(row.id),
    url: text(row.url),
    description: textOrNull(row.description),
    types: document<string[]>(row.types),
    enabled: text(row.state) === 'enabled',
    disabledBecause: textOrNull(row.disabled_because) as Endpoint['disabledBecause'],
    failingSince: instantOrNull(row.failing_since),
    previousUntil: instantOrNull(row.previous_until),
    createdAt: instant(row.created_at),
  };
}
