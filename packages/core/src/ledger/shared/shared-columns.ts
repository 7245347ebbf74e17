/**
 * The columns of a shared statement in the order in which it names them: each as an array's text.
 *
 * One pass over the requests: at tens of thousands a second this is what a batch costs this process.
 */
import { at, list } from '../../kernel/index.ts';
import type { Ask, Line } from './line.ts';

/** Which columns a batch needs beside the always needed. */
export type Needs = { readonly holds: boolean; readonly keys: boolean; readonly facts: boolean };

type Parties = readonly { readonly line: Line; readonly asks: readonly Ask[] }[];

/** Tenant, balance, sum of debits, sum of holds, number of requests and earliest end of a hold, of each line. */
export function lineColumns(parties: Parties): string[] {
  const columns = Array.from({ length: 6 }, (): (string | number | null)[] => []);
  for (const { line, asks } of parties) {
    let debits = 0;
    let holds = 0;
    let until: Date | null = null;
    for (const { input } of asks) {
      if (input.hold) holds += input.amount;
      else debits += input.amount;
      const ends = input.hold?.expiresAt;
      if (ends && (!until || ends < until)) until = ends;
    }
    const row = [
      asks[0]?.scope.tenant.id ?? 0,
      line.balanceId,
      debits,
      holds,
      asks.length,
      at(until),
    ];
    row.forEach((value, index) => void columns[index]?.push(value));
  }
  return columns.map(list);
}

/** The requests' columns, as `Needs` says which. */
export function requestColumns(parties: Parties, needs: Needs): string[] {
  const placed = [...places(parties)];
  const columnOf = (value: (one: Placed) => string | number | bigint | null) =>
    list(placed.map(value));
  return [
    columnOf(({ line }) => line),
    columnOf(({ place }) => place),
    columnOf(({ ask }) => (ask.input.hold ? 0 : ask.input.amount)),
    columnOf(({ debitsTo }) => debitsTo),
    ...(needs.holds ? holdColumns(columnOf) : []),
    ...(needs.keys ? keyColumns(columnOf) : []),
    ...(needs.facts ? factColumns(columnOf) : []),
  ];
}

type Placed = {
  readonly ask: Ask;
  readonly line: number;
  readonly place: number;
  readonly debitsTo: number;
  readonly holdsTo: number;
};
type ColumnOf = (value: (one: Placed) => string | number | bigint | null) => string;

function* places(parties: Parties): Generator<Placed> {
  for (const [index, { asks }] of parties.entries()) {
    let debitsTo = 0;
    let holdsTo = 0;
    for (const [place, ask] of asks.entries()) {
      if (ask.input.hold) holdsTo += ask.input.amount;
      else debitsTo += ask.input.amount;
      yield { ask, line: index + 1, place: place + 1, debitsTo, holdsTo };
    }
  }
}

function holdColumns(columnOf: ColumnOf): string[] {
  return [
    columnOf(({ ask }) => (ask.input.hold ? ask.input.amount : 0)),
    columnOf(({ holdsTo }) => holdsTo),
    columnOf(({ ask }) => ask.input.hold?.id ?? null),
    columnOf(({ ask }) => at(ask.input.hold?.expiresAt ?? null)),
  ];
}

function keyColumns(columnOf: ColumnOf): string[] {
  return [
    columnOf(({ ask }) => ask.input.key ?? null),
    columnOf(({ ask }) => ask.input.hash ?? null),
  ];
}

function factColumns(columnOf: ColumnOf): string[] {
  return [
    columnOf(({ ask }) => ask.input.featureId),
    columnOf(({ ask }) => ask.input.usedById),
    columnOf(({ ask }) => ask.input.reference?.type ?? null),
    columnOf(({ ask }) => ask.input.reference?.id ?? null),
  ];
}
