/** The door of the Fastify adapter: the plugin, by name and by default, and its types. */
export { bursarFastify, bursarFastify as default } from './plugin.ts';
export type { BursarFastifyOptions, FastifyBursar, Guard, GuardConfig, Guards } from './types.ts';
