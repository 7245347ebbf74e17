/** What the verbs are asked for, where several ask alike. */
import type { Duration, Keys } from '../catalog/index.ts';
import type { UsedBy } from '../customers/index.ts';
import type { NewSubscription } from '../subscriptions/index.ts';

/** Same key and same request: the first answer again. 1 to 255 characters. */
export interface Keyed {
  idempotencyKey?: string | undefined;
}

/** An input without what a handle or a type of ours gives. */
export type Without<T, K extends string> = Omit<T, K | 'customer'>;

/** Each of them may be left out. */
export type Perhaps<T> = { [K in keyof T]?: T[K] | undefined };

/** As `NewSubscription`, with the plan's key checked. */
export type NewSubscriptionOf<K extends Keys> = Without<NewSubscription, 'plan'> & {
  plan?: K['plan'] | undefined;
};

export type UseOf<K extends Keys> = {
  feature: K['metered'] | K['gauge'];
  /** In uses; 1 unless said. */
  amount?: number | undefined;
  usedBy?: UsedBy | undefined;
  from?: 'quota' | 'credits' | 'both' | undefined;
};

export type Reservation<K extends Keys> = Keyed & {
  amount: number;
  /** ISO 8601; as the setting `holds.ttl` says, P7D, unless given. */
  expiresIn?: Duration | undefined;
  usedBy?: UsedBy | undefined;
  reference?: { type: string; id: string } | undefined;
} & ({ feature: K['metered']; unit?: never } | { unit: K['unit']; feature?: never });
