/**
 * What one entry says as news: the same id and the same facts whether it is told by who booked it or read from its row later.
 */
import type { Announcement } from '../events/index.ts';
import type { EntryRow } from './draft.ts';

/** `trf_<balance>_<sequence>`: how an entry is named outside. */
export function transferId(balanceId: number, sequence: number): string {
  return `trf_${balanceId}_${sequence}`;
}

/** `grt_<id>`: how a grant is named outside. */
export function grantName(id: number): string {
  return `grt_${id}`;
}

/** Whose entry it is. */
export type Told = {
  readonly unit: string;
  readonly customer: string;
  readonly balanceId: number;
};

export type Updated = Pick<EntryRow, 'sequence' | 'kind' | 'amount' | 'settledAfter'>;

export type Moved = Pick<EntryRow, 'sequence' | 'kind' | 'amount' | 'heldAmount'> & {
  /** The hold it places, captures or releases; `isOver` when its time had come. */
  readonly hold?: { readonly id: string; readonly isOver: boolean } | undefined;
  /** The grant it makes, expires or voids. */
  readonly grant?: { readonly id: number; readonly source: string } | undefined;
};

/** What an entry is called as news, beside `balance.updated`. */
const wordOf: Partial<Record<EntryRow['kind'], { type: string; subject: 'hold' | 'grant' }>> = {
  hold: { type: 'hold.created', subject: 'hold' },
  capture: { type: 'hold.captured', subject: 'hold' },
  release: { type: 'hold.released', subject: 'hold' },
  credit: { type: 'grant.created', subject: 'grant' },
  expiry: { type: 'grant.expired', subject: 'grant' },
  void: { type: 'grant.voided', subject: 'grant' },
};

/** What it did to a hold or a grant; `null` for an entry that concerns neither. */
export function movedNews(told: Told, moved: Moved): Announcement | null {
  const word = wordOf[moved.kind];
  const { unit } = told;
  if (word?.subject === 'hold') {
    const type =
      moved.kind === 'release' && moved.hold?.isOver === true ? 'hold.expired' : word.type;
    const data = { hold: moved.hold?.id ?? '', unit, amount: Math.abs(moved.heldAmount) };
    return announcement(told, moved.sequence, type, data);
  }
  if (word?.subject === 'grant') {
    const data = {
      grant: grantName(moved.grant?.id ?? 0),
      unit,
      amount: Math.abs(moved.amount),
      ...(moved.kind === 'credit' && { source: moved.grant?.source ?? '' }),
    };
    return announcement(told, moved.sequence, word.type, data);
  }
  return null;
}

/** What it did to what is settled; `null` for an entry that left that as it was. */
export function updateNews(told: Told, entry: Updated): Announcement | null {
  const { sequence, kind, amount, settledAfter } = entry;
  if (amount === 0) return null;
  return announcement(told, sequence, 'balance.updated', {
    unit: told.unit,
    old: settledAfter - amount,
    new: settledAfter,
    delta: amount,
    kind,
    transfer: transferId(told.balanceId, sequence),
  });
}

function announcement(
  { customer, balanceId }: Told,
  sequence: number,
  type: string,
  data: Announcement['data'],
): Announcement {
  const subject = { type: 'balance', id: String(balanceId) };
  return { id: `evt_${balanceId}_${sequence}_${type}`, type, customer, subject, sequence, data };
}
