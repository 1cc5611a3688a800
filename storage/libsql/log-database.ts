import type { Client } from "@libsql/client";
import type { RecordedEventType } from "../../core/index.ts";
import type { Expiry } from "../event-log.ts";
import type { NewToken, TokenRecord, TokenUse } from "../token-store.ts";
import type { DatabaseAccess } from "./database-access.ts";
import { probe } from "./maintenance/probe.ts";
import {
  type Expired,
  findExpired,
  forgetKeys,
  notePrune,
  pruneEvents,
  readPrunedAt,
  readPrunedId,
} from "./maintenance/prune.ts";
import { deleteHidden, findHidden, type Hidden } from "./maintenance/purge.ts";
import { type PlanFailure, wipe } from "./maintenance/wipe.ts";
import { parsePlan } from "./maintenance/wipe-plan.ts";
import type { DatabaseReads } from "./read/database-reads.ts";
import { createToken, noteTokenUses, readTokens, revokeToken } from "./tokens.ts";
import type { EventRow } from "./write/event-row.ts";
import { receiveGroup, type SentGroup, type WrittenGroup } from "./write/group.ts";

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

/** What to ask a database for, whichever way it is reached. Failures are EventLogErrors. */
export function createLogDatabase(access: DatabaseAccess): LogDatabase {
  const { write, file } = access;
  let loading: Promise<DatabaseReads> | undefined;

  async function reading<Result>(work: (reads: DatabaseReads) => Promise<Result>): Promise<Result> {
    loading ??= import("./read/database-reads.ts").then(({ createDatabaseReads }) => createDatabaseReads(access));
    return work(await loading);
  }

  return {
    write: async (group) => {
      const started = performance.now();
      const result = await access.writeGroup(receiveGroup(group));
      return { ...result, milliseconds: performance.now() - started };
    },
    event: (...args) => reading((reads) => reads.event(...args)),
    page: (...args) => reading((reads) => reads.page(...args)),
    asset: (...args) => reading((reads) => reads.asset(...args)),
    assets: (...args) => reading((reads) => reads.assets(...args)),
    assetMarks: (...args) => reading((reads) => reads.assetMarks(...args)),
    marksOf: (...args) => reading((reads) => reads.marksOf(...args)),
    assetStates: (...args) => reading((reads) => reads.assetStates(...args)),
    recent: (...args) => reading((reads) => reads.recent(...args)),
    timeline: (...args) => reading((reads) => reads.timeline(...args)),
    partitions: (...args) => reading((reads) => reads.partitions(...args)),
    failingChecks: (...args) => reading((reads) => reads.failingChecks(...args)),
    checkHistories: (...args) => reading((reads) => reads.checkHistories(...args)),
    partitionMarks: (...args) => reading((reads) => reads.partitionMarks(...args)),
    checks: (...args) => reading((reads) => reads.checks(...args)),
    stats: (...args) => reading((reads) => reads.stats(...args)),
    lastMaterializations: (...args) => reading((reads) => reads.lastMaterializations(...args)),
    planWipe: (...args) => reading((reads) => reads.planWipe(...args)),
    continuePlan: (...args) => reading((reads) => reads.continuePlan(...args)),
    wipe: async (text, by, now) => {
      const plan = parsePlan(text);
      const wiped = await write((writer) => wipe(writer, plan, by, now));
      return typeof wiped === "number" ? reading((reads) => reads.event(wiped)) : wiped;
    },
    findHidden: () => access.read(findHidden),
    deleteHidden: (hidden) => write((writer, client) => deleteHidden(client, writer, hidden)),
    findExpired: (expiry, from) => access.read((client) => findExpired(client, expiry, from)),
    pruneEvents: (ids) => write((writer) => pruneEvents(writer, ids)),
    forgetKeys: (before) => write((writer, client) => forgetKeys(client, writer, before)),
    prunedId: (type) => access.read((client) => readPrunedId(client, type)),
    notePrune: (clock) => write((writer) => notePrune(writer, clock)),
    prunedAt: () => access.read(readPrunedAt),
    probe: () => write((writer) => probe(writer, file)),
    logId: () => access.read(readLogId),
    newestId: () => access.read(readNewestId),
    tokens: () => access.read(readTokens),
    createToken: (token, now) => write((writer) => createToken(writer, token, now)),
    revokeToken: (name, now) => write((writer) => revokeToken(writer, name, now)),
    noteTokenUses: (uses) => write((writer) => noteTokenUses(writer, uses)),
    close: () => access.close(),
  };
}

async function readLogId(client: Client): Promise<string> {
  const { rows } = await client.execute("SELECT log_id FROM log");
  return String(rows[0]?.log_id ?? "");
}

async function readNewestId(client: Client): Promise<number> {
  const { rows } = await client.execute("SELECT id FROM event ORDER BY id DESC LIMIT 1");
  return Number(rows[0]?.id ?? 0);
}
