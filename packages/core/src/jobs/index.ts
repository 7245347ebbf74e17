/** The door of the job floor: asking for a job, doing it, and what became of it. Who does what is decided above. */
export {
  forgetJobs,
  type JobLine,
  type ListJobs,
  listJobs,
  retryJobs,
} from './operations/list-jobs.ts';
export { type Queued, type QueueJob, queueJob } from './operations/queue-job.ts';
export { renameInJobs } from './operations/rename-customer.ts';
export {
  type Claimed,
  type ClaimJobs,
  claimJobs,
  finishJob,
  putBackJob,
  renewLease,
} from './operations/take-jobs.ts';
