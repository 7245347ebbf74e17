/** What `referrals` can do for one customer: its code, its sponsor, and whom it invited. */
import type { Page } from '../kernel/index.ts';
import type {
  Attach,
  Attached,
  Collected,
  CollectOutstanding,
  FindTree,
  FireTrigger,
  GiveCode,
  ListedReward,
  ListRewardEvents,
  ListRewards,
  ProcessEvent,
  ReverseEvent,
  RewardEvent,
  Tree,
  Triggered,
  WriteOffOutstanding,
  WrittenOff,
} from '../referrals/index.ts';
import type { Perhaps, Without } from './asked.ts';

export interface ReferralVerbs<With> {
  /** The customer's code, made when it is first asked for; with `code`, the host's own. @throws {CodeTakenError} */
  code(input?: With & Without<GiveCode, never>): Promise<{ readonly code: string }>;
  /**
   * Gives the customer its sponsor, by `code` or by `sponsor`, for good. With the same one again nothing changes.
   * @throws {NotFoundError} Nobody has the code. @throws {CustomerUnknownError} The sponsor. @throws {AlreadyReferredError}
   * @throws {SelfReferralError} @throws {ReferralCycleError} Nobody stands above himself.
   */
  attach(input: With & Without<Attach, never>): Promise<Attached>;
  /** Its sponsor, how many stand below it by level, and its own referrals, newest first. */
  tree(input?: With & Perhaps<Without<FindTree, never>>): Promise<Tree>;
  /** What was paid, and taken back, newest first. On the kit, of all customers unless one is named. */
  rewards(input?: Perhaps<With> & Without<ListRewards, never>): Promise<Page<ListedReward>>;
}

/** What only the host and its operators may. */
export interface RewardingVerbs {
  /** Whether somebody has this code, in any case. Writes nothing. */
  validate(input: { code: string }): Promise<{ readonly valid: boolean }>;
  /**
   * Rewards something that happened, as the setting `triggers.<alias>` says: whoever did it, and who stands above. Once per
   * `externalId`; while the trigger is off it is only recorded, as skipped.
   * With `queue` it is recorded, as pending, and processed after the commit. What cannot be worked out (an alias that nobody has
   * named, a rate that is missing, a `baseAmount` that throws) is an answer, `failed`, which pays nothing and is tried again.
   * @throws {ValidationError} The payload. @throws {IdempotencyConflictError} The external id is something else’s.
   */
  trigger(input: FireTrigger): Promise<Triggered>;
  /**
   * Processes at once what waits or has failed, whatever it failed with. What is processed is as it was.
   * @throws {NotFoundError} @throws {InvalidStateError} It was skipped, is a reversal, or is processed right now.
   */
  retry(input: ProcessEvent): Promise<Triggered>;
  /**
   * Takes back what an event brought, by `event` or by `alias` and `externalId` or `subject`: all that is left, or `basisPoints` of the
   * whole under a key. What somebody has spent is `outstanding`, or with the claw-back `allow_debt` owed below the floor.
   * @throws {NotFoundError} @throws {NotReversibleError} It was skipped, or less of it is left. @throws {IdempotencyConflictError}
   */
  reverse(input: ReverseEvent): Promise<Triggered>;
  /**
   * Takes later what a reversal could not take: what may be spent by now, up to what is outstanding. Once per key.
   * @throws {NotFoundError} There is no such reversal. @throws {IdempotencyConflictError}
   */
  collect(input: CollectOutstanding): Promise<Collected>;
  /**
   * Stops asking for what a reversal left outstanding; no money moves, and `reason` is kept in the audit.
   * @throws {NotFoundError} There is no such reversal. @throws {IdempotencyConflictError}
   */
  writeOff(input: WriteOffOutstanding): Promise<WrittenOff>;
  /** What was triggered, skipped and reversed, newest first; with `outstanding`, only what of is still asked for. */
  events(input?: ListRewardEvents): Promise<Page<RewardEvent>>;
}
