import type { RecordedEventType } from "../../core/index.ts";
import type { ReplaceResult } from "../definitions/definition-store.ts";
import type { Expiry } from "../maintenance.ts";
import type { SendHolder, SendLease, SendRequest } from "../sending/send-store.ts";
import type { NewToken, TokenRecord, TokenUse } from "../token-store.ts";
import type { MuteName, WatchLease } from "../watching/watch-store.ts";
import type { DatabaseReads } from "./database-reads.ts";
import type { ReplaceRequest } from "./definitions/replace-definitions.ts";
import type { Expired } from "./maintenance/prune.ts";
import type { Hidden } from "./maintenance/wipe/purge.ts";
import type { PlanFailure } from "./maintenance/wipe/wipe.ts";
import type { HeldLease } from "./sending/commit-statements.ts";
import type { WrittenBatch } from "./sending/send-writes.ts";
import type { WrittenPlan } from "./watching/write-plan.ts";
import type { EventRow } from "./write/event-row.ts";
import type { SentGroup, WrittenGroup } from "./write/group.ts";
import type { Statement } from "./write/write-transaction.ts";

/**
 * What the event log needs of its database. All arguments and answers are plain data, so that they can cross threads.
 */
export interface LogDatabase extends DatabaseReads {
  /** Takes over the buffers of the group. */
  write(group: SentGroup): Promise<WrittenGroup>;
  /** Carries out a plan if that is still possible, and returns the trace. Undefined if there is nothing to wipe. */
  wipe(plan: string, by: string | null, now: number): Promise<EventRow | PlanFailure | undefined>;
  /** Some of the events that wipes have hidden. Undefined if none are left. */
  findHidden(): Promise<readonly Hidden[]>;
  /** Deletes what these steps found, one after another, with pauses between them. Rejects with the first that fails. */
  deleteHidden(steps: readonly Hidden[]): Promise<void>;
  /** Some expired events after the id `from`. */
  findExpired(expiry: NonNullable<Expiry["events"]>, from: number): Promise<Expired>;
  /** Deletes those of the events that are not the latest of anything. Returns how many. */
  pruneEvents(ids: readonly number[]): Promise<number>;
  /** Deletes some of the idempotency keys from before that time. Returns whether there were any. */
  forgetKeys(before: number): Promise<boolean>;
  prunedId(type: RecordedEventType | undefined): Promise<number>;
  /** Stores the time from which ages are counted, for `prunedAt`. */
  notePrune(clock: number): Promise<void>;
  prunedAt(): Promise<number | undefined>;
  /** Commits a write that changes nothing. */
  probe(): Promise<void>;
  /** Rejects if a newer version has migrated the database since it was opened. */
  assertKnownSchema(): Promise<void>;
  logId(): Promise<string>;
  /** It differs after every commit of events or definitions, of this process or another. */
  lastChange(): Promise<string>;
  tokens(): Promise<readonly TokenRecord[]>;
  /** Returns the id, or undefined if the name is taken. */
  createToken(token: NewToken, now: number): Promise<number | undefined>;
  /** Returns the id, or undefined if no valid token has this name. */
  revokeToken(name: string, now: number): Promise<number | undefined>;
  noteTokenUses(uses: readonly TokenUse[]): Promise<void>;
  replaceDefinitions(request: ReplaceRequest): Promise<ReplaceResult>;
  definitionRevision(): Promise<number>;
  watchLease(): Promise<WatchLease>;
  /** The new fence, or undefined if the lease changed since it was read. */
  takeWatchLease(holder: string, fence: number, beat: number): Promise<number | undefined>;
  releaseWatchLease(fence: number): Promise<void>;
  /** Writes a plan of `planWatch`, if that is still possible. */
  commitWatch(plan: WrittenPlan): Promise<CommittedWatch>;
  closeAlert(id: number, now: number): Promise<void>;
  mute(
    name: MuteName,
    details: { readonly until: number; readonly by: string | null; readonly now: number },
  ): Promise<void>;
  unmute(name: MuteName, now: number): Promise<boolean>;
  sendLease(): Promise<SendLease>;
  /** The new fence, or undefined if the lease changed since it was read. */
  takeSendLease(holder: SendHolder, seen: HeldLease): Promise<number | undefined>;
  releaseSendLease(fence: number): Promise<void>;
  /** Writes a batch of commit-statements.ts, if it is still of the lease. */
  writeSending(batch: readonly Statement[]): Promise<WrittenBatch>;
  addRequest(request: Omit<SendRequest, "id">): Promise<void>;
  close(): Promise<void>;
}

export interface CommittedWatch {
  readonly isWritten: boolean;
  /** Whether the holder is still the one of the plan. */
  readonly isHolder: boolean;
  readonly nextAt: number | null;
}

type Method = (...args: readonly unknown[]) => Promise<unknown>;

/** Every read. They are listed once, here, for all code that passes calls on. */
const reads: Readonly<Record<keyof DatabaseReads, true>> = {
  event: true,
  page: true,
  asset: true,
  assets: true,
  assetMarks: true,
  marksOf: true,
  assetStates: true,
  recent: true,
  timeline: true,
  partitions: true,
  failingChecks: true,
  checkHistories: true,
  partitionMarks: true,
  checks: true,
  stats: true,
  lastMaterializations: true,
  waitFacts: true,
  changesAfter: true,
  planWipe: true,
  definition: true,
  definitionsFor: true,
  definitionList: true,
  continuePlan: true,
  planWatch: true,
  freshnessOf: true,
  partitionSubjects: true,
  subjects: true,
  subjectCounts: true,
  firingCounts: true,
  alerts: true,
  mutes: true,
  destinations: true,
  pendingDeliveries: true,
  alertChanges: true,
  newestAlertChange: true,
  sendRequests: true,
  deliveries: true,
  delivery: true,
  deliveriesOf: true,
  deliveryCounts: true,
};

const others: Readonly<Record<Exclude<keyof LogDatabase, keyof DatabaseReads>, true>> = {
  write: true,
  wipe: true,
  findHidden: true,
  deleteHidden: true,
  findExpired: true,
  pruneEvents: true,
  forgetKeys: true,
  prunedId: true,
  notePrune: true,
  prunedAt: true,
  probe: true,
  assertKnownSchema: true,
  logId: true,
  lastChange: true,
  tokens: true,
  createToken: true,
  revokeToken: true,
  noteTokenUses: true,
  replaceDefinitions: true,
  definitionRevision: true,
  watchLease: true,
  takeWatchLease: true,
  releaseWatchLease: true,
  commitWatch: true,
  closeAlert: true,
  mute: true,
  unmute: true,
  sendLease: true,
  takeSendLease: true,
  releaseSendLease: true,
  writeSending: true,
  addRequest: true,
  close: true,
};

/** Reads that `open` gives. It is called for each read. */
export function readsOf(open: () => Promise<DatabaseReads>): DatabaseReads {
  const names = Object.keys(reads) as (keyof DatabaseReads)[]; // its own keys
  const through =
    (name: keyof DatabaseReads): Method =>
    async (...args) =>
      ((await open())[name] as Method)(...args); // the caller has the types of that method
  return Object.fromEntries(names.map((name) => [name, through(name)])) as unknown as DatabaseReads; // each by its name
}

/** A database whose methods `make` makes, by name. */
export function databaseOf(make: (method: keyof LogDatabase) => Method): LogDatabase {
  const names = Object.keys({ ...reads, ...others }) as (keyof LogDatabase)[]; // its own keys
  return Object.fromEntries(names.map((name) => [name, make(name)])) as unknown as LogDatabase; // each by its name
}
