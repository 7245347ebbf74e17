/** What this slice announces. */
export type EntitlementEvents = {
  /** A use was refused for want of quota. Told for each refusal in this process. */
  'quota.exceeded': { feature: string; requested: number; available: number | null };
};
