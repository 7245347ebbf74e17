/** Where a host says which catalogue is its own; from then on every key in its code is checked. */
import type { AnyKeys, Catalog } from '../catalog/index.ts';

/** `declare module '@bursar/core' { interface Register { catalog: typeof catalog } }` */
export interface Register {}

/** The keys of the registered catalogue; without one, every key is a plain string. */
export type Registered = Register extends { catalog: Catalog<infer K> } ? K : AnyKeys;
