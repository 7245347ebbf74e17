/** Statements are written for schema `bursar`; another name is put in their place here, once per text. */

/** Gives texts with `bursar.` and `"bursar"` in the words of `schema`; remembers those it has seen. */
export function schemaRewriter(schema: string): (text: string) => string {
  if (schema === 'bursar') return (text) => text;
  const known = new Map<string, string>();
  return (text) => {
    const earlier = known.get(text);
    if (earlier !== undefined) return earlier;
    const rewritten = rewriteSchema(text, schema);
    if (known.size < textsMax) known.set(text, rewritten);
    return rewritten;
  };
}

/** One text in the words of `schema`. */
export function rewriteSchema(text: string, schema: string): string {
  return text.replace(/\bbursar\./g, `${schema}.`).replaceAll('"bursar"', `"${schema}"`);
}

// Texts are written in the source, so there are hundreds; the bound is for those that inline a list.
const textsMax = 5_000;
