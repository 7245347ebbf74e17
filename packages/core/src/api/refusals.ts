/** What the wallet refuses, counted; the error goes on as it is. */
import { count, isBursarError } from '../kernel/index.ts';

const refusing: readonly string[] = ['insufficient_balance', 'customer_frozen', 'limit_exceeded'];

/** Counts a refusal of `work`, by the verb it came from. */
export async function countingRefusals<T>(source: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isBursarError(error) && refusing.includes(error.code))
      count('refusals', { 'bursar.reason': error.code, 'bursar.source': source });
    throw error;
  }
}
