import type { RecordedEventType } from "../../core/index.ts";
import type { Expiry } from "../maintenance.ts";
import type { NewToken, TokenRecord, TokenUse } from "../token-store.ts";
import type { Expired } from "./maintenance/prune.ts";
import type { Hidden } from "./maintenance/purge.ts";
import type { PlanFailure } from "./maintenance/wipe.ts";
import type { DatabaseReads } from "./read/database-reads.ts";
import type { EventRow } from "./write/event-row.ts";
import type { SentGroup, WrittenGroup } from "./write/group.ts";

/** What the event log asks of its database. What crosses here is plain data, so that it can cross threads. */
export interface LogDatabase extends DatabaseReads {
  /** Takes the buffers of the group. */
  write(group: SentGroup): Promise<WrittenGroup>;
  /** Carries a plan out, if that is still possible, and answers the trace; undefined where there is nothing to wipe. */
  wipe(plan: string, by: string | null, now: number): Promise<EventRow | PlanFailure | undefined>;
  /** Some of what wipes have hidden; undefined where nothing is left of it. */
  findHidden(): Promise<Hidden | undefined>;
  deleteHidden(hidden: Hidden): Promise<void>;
  /** Some expired events after the id `from`. */
  findExpired(expiry: NonNullable<Expiry["events"]>, from: number): Promise<Expired>;
  /** Deletes those of the events that are no latest; answers how many. */
  pruneEvents(ids: readonly number[]): Promise<number>;
  /** Deletes some of the idempotency keys from before; answers whether there were any. */
  forgetKeys(before: number): Promise<boolean>;
  prunedId(type: RecordedEventType | undefined): Promise<number>;
  /** Keeps the time by which is deleted from now on, for `prunedAt`. */
  notePrune(clock: number): Promise<void>;
  prunedAt(): Promise<number | undefined>;
  /** Writes, and changes nothing. */
  probe(): Promise<void>;
  logId(): Promise<string>;
  /** The id of the newest event, 0 where there is none. */
  newestId(): Promise<number>;
  tokens(): Promise<readonly TokenRecord[]>;
  /** Answers the id, or undefined where the name is taken. */
  createToken(token: NewToken, now: number): Promise<number | undefined>;
  /** Answers the id, or undefined where no token of this name is left. */
  revokeToken(name: string, now: number): Promise<number | undefined>;
  noteTokenUses(uses: readonly TokenUse[]): Promise<void>;
  close(): Promise<void>;
}

type Method = (...args: readonly unknown[]) => Promise<unknown>;

/** Every read, so that each is named once, here, for all that hands calls on. */
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
  planWipe: true,
  continuePlan: true,
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
  logId: true,
  newestId: true,
  tokens: true,
  createToken: true,
  revokeToken: true,
  noteTokenUses: true,
  close: true,
};

/** The reads of what `open` answers, which is asked for with each of them. */
export function readsOf(open: () => Promise<DatabaseReads>): DatabaseReads {
  const names = Object.keys(reads) as (keyof DatabaseReads)[]; // its very keys
  const through =
    (name: keyof DatabaseReads): Method =>
    async (...args) =>
      ((await open())[name] as Method)(...args); // whoever calls goes by the type of that method
  return Object.fromEntries(names.map((name) => [name, through(name)])) as unknown as DatabaseReads; // each by its name
}

/** A database each of whose methods is what `make` makes of its name. */
export function databaseOf(make: (method: keyof LogDatabase) => Method): LogDatabase {
  const names = Object.keys({ ...reads, ...others }) as (keyof LogDatabase)[]; // their very keys
  return Object.fromEntries(names.map((name) => [name, make(name)])) as unknown as LogDatabase; // likewise
}
