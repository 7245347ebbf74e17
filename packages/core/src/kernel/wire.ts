/** Values as PostgreSQL writes them in text, turned into the few types the codec reads: the same over every driver. */

/**
 * One column's value from its text. Booleans, small numbers and JSON are read; a bigint, a numeric and an instant
 * stay text, for the one decoder.
 * @param type The column's OID.
 */
export function fromWire(type: number, text: string): unknown {
  switch (type) {
    case 16:
      return text === 't';
    case 21:
    case 23:
    case 26:
    case 700:
    case 701:
      return Number(text);
    case 114:
    case 3802:
      return JSON.parse(text);
    default:
      return text;
  }
}

/** The types whose parsers hosts swap, or where drivers differ: what a client is told to hand over as `fromWire` has it. */
export const wireTypes = [16, 20, 21, 23, 26, 114, 700, 701, 1082, 1114, 1184, 1700, 3802] as const;
