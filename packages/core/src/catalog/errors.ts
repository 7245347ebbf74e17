/** What can go wrong with a catalogue, or with naming something that is in it. */
import { BursarError, type Fault } from '../kernel/index.ts';

/** The catalogue contradicts itself. Every mistake is listed, with where it stands and what to write. */
export class CatalogError extends BursarError {
  override readonly code = 'catalog';
  readonly errors: readonly Fault[];
  constructor(errors: readonly Fault[]) {
    super(
      `The catalogue has ${errors.length === 1 ? 'a mistake' : `${errors.length} mistakes`}:\n${errors.map((one) => `  ${one.pointer}: ${one.detail}`).join('\n')}`,
      { errors },
    );
    this.errors = errors;
  }
}

/** The catalogue has no such unit. */
export class UnitUnknownError extends BursarError {
  override readonly code = 'unit_unknown';
  constructor(unit: string) {
    super(`There is no unit ${unit}.`, { unit });
  }
}
