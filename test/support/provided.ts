/**
 * What the run tells its suites, through vitest's `provide` and `inject`.
 */
declare module 'vitest' {
  interface ProvidedContext {
    /** Where databases are created and dropped. */
    postgresAdminUrl: string;
    /** Begins the name of every database of this run. */
    databasePrefix: string;
  }
}

export {};
