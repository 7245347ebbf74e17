/** What this slice announces. */
export type EntitlementEvents = {
  /**
   * Uses were refused for want of quota: told for each refusal in its process, and durably once per customer, feature and
   * minute, with how many `attempts` there were and what the last one asked for. What a crash takes along is lost.
   */
  'quota.exceeded': {
    feature: string;
    requested: number;
    available: number | null;
    attempts: number;
  };
};
