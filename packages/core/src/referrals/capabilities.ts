/** What a trigger can be set to pay, as its host says; whatever a setting says beyond it is refused, and never paid. */

/** Each is allowed unless it is said to be `false`. */
export type Capabilities = {
  /** Awards of a fixed amount. */
  readonly fixed?: boolean | undefined;
  /** Awards of a part of something. */
  readonly percent?: boolean | undefined;
  /** Whoever did it may be paid. */
  readonly actor?: boolean | undefined;
  /** Whoever stands above may be paid. */
  readonly levels?: boolean | undefined;
  /** What parts for levels may be of; either unless said. */
  readonly basis?: readonly ('base' | 'actor')[] | undefined;
  /**
   * While what was rewarded for a subject stands, the same trigger brings nothing again for it; all of it reversed, it does.
   * `false` unless said.
   */
  readonly exclusive?: boolean | undefined;
};

type Award = { readonly fixed?: number | undefined; readonly basisPoints?: number | undefined };

type Awards = {
  readonly actor?: Award | undefined;
  readonly levels: readonly Award[];
  readonly basis: 'base' | 'actor';
};

/** What of a setting the trigger is not capable of, in words. */
export function beyond(
  { actor, levels, basis }: Awards,
  capabilities: Capabilities = {},
): readonly string[] {
  const all = actor ? [actor, ...levels] : levels;
  const parts = levels.filter(({ basisPoints }) => basisPoints !== undefined);
  const faults = [
    actor &&
      capabilities.actor === false &&
      'this trigger pays nobody for doing it: leave out actor',
    levels.length > 0 &&
      capabilities.levels === false &&
      'this trigger pays no levels: leave them out',
    capabilities.fixed === false &&
      all.some(({ fixed }) => fixed !== undefined) &&
      'this trigger pays nothing fixed: use basisPoints',
    capabilities.percent === false &&
      all.some(({ basisPoints }) => basisPoints !== undefined) &&
      'this trigger pays no parts: use fixed',
    parts.length > 0 &&
      capabilities.basis?.includes(basis) === false &&
      `levels of this trigger are no parts of "${basis}"`,
  ];
  return faults.filter((fault) => typeof fault === 'string');
}

/** A setting without what the trigger is not capable of: it may have been stored when the trigger was another. */
export function within<S extends Awards>(setting: S, capabilities: Capabilities = {}): S {
  const can = (award: Award) =>
    beyond({ levels: [], basis: 'base', actor: { ...award } }, { ...capabilities, actor: true })
      .length === 0;
  const canOfBasis = (award: Award) =>
    award.basisPoints === undefined || capabilities.basis?.includes(setting.basis) !== false;
  const { actor, levels } = setting;
  return {
    ...setting,
    actor: actor && capabilities.actor !== false && can(actor) ? actor : undefined,
    levels:
      capabilities.levels === false
        ? []
        : levels.filter((level) => can(level) && canOfBasis(level)),
  };
}
