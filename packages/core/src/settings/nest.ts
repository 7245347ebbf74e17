/** Flat keys as an object of objects: `holds.ttl` becomes `{ holds: { ttl } }`. */

type Nested = { [part: string]: unknown };

/** Nests by the points in keys. A key that runs through another's value stays flat where they part. */
export function nest(entries: readonly (readonly [key: string, value: unknown])[]): Nested {
  const root: Nested = {};
  const made = new Set<unknown>([root]);
  for (const [key, value] of entries) {
    const parts = key.split('.');
    let holder = root;
    while (parts.length > 1) {
      const next = own(holder, parts[0] as string) ?? {};
      if (own(holder, parts[0] as string) !== undefined && !made.has(next)) break;
      define(holder, parts.shift() as string, next);
      made.add(next);
      holder = next as Nested;
    }
    define(holder, parts.join('.'), value);
  }
  return root;
}

function own(holder: Nested, part: string): unknown {
  return Object.hasOwn(holder, part) ? holder[part] : undefined;
}

/** Also for a part such as `__proto__`, which assigning would not keep. */
function define(holder: Nested, part: string, value: unknown): void {
  Object.defineProperty(holder, part, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
