/** The bodies that Stripe's API takes: forms whose keys say where in an object a value belongs. */

export type Form = { [key: string]: Form | string | undefined };

/** `a[b][0]=c` is `{ a: { b: { 0: 'c' } } }`. */
export function readForm(body: string): Form {
  const form: Form = {};
  for (const [path, value] of new URLSearchParams(body)) {
    const keys = path.split(/[[\]]+/).filter((key) => key !== '');
    const last = keys.pop() ?? '';
    let inner = form;
    for (const key of keys) {
      const next = inner[key];
      const nested: Form = typeof next === 'object' ? next : {};
      inner[key] = nested;
      inner = nested;
    }
    inner[last] = value;
  }
  return form;
}

/** What stands at a path, as text; empty where nothing does. */
export function at(form: Form, ...path: readonly string[]): string {
  let here: Form | string | undefined = form;
  for (const key of path) here = typeof here === 'object' ? here[key] : undefined;
  return typeof here === 'string' ? here : '';
}

/** The texts of an object at a path. */
export function texts(form: Form, ...path: readonly string[]): Record<string, string> {
  let here: Form | string | undefined = form;
  for (const key of path) here = typeof here === 'object' ? here[key] : undefined;
  const entries = Object.entries(typeof here === 'object' ? here : {});
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
}
