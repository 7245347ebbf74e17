/** What `createBursar` takes as `rates`. */

/** A table or a function of the host's, or providers with a name of their own each. */
export function isRates(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { find, providers } = value as { find?: unknown; providers?: unknown };
  if (typeof find === 'function') return true;
  if (!Array.isArray(providers) || providers.length === 0) return false;
  const names: unknown[] = providers.map((one) =>
    typeof one?.read === 'function' ? one.name : null,
  );
  const isName = (name: unknown) =>
    typeof name === 'string' && name.length > 0 && name.length <= 64;
  return names.every(isName) && new Set(names).size === names.length;
}
