/** A logger for tests that look at rows and answers, not at lines. */
import type { Logger } from '../../packages/core/src/kernel/index.ts';

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
