import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "@libsql/client";
import type { DatabaseAccess } from "./database-access.ts";
import type { DatabaseReads } from "./database-reads.ts";
import { readRevision } from "./definitions/read-definitions.ts";
import { DefinitionReplacer } from "./definitions/replace-definitions.ts";
import { type LogDatabase, readsOf } from "./log-database.ts";
import { probe } from "./maintenance/probe.ts";
import { findExpired, forgetKeys, notePrune, pruneEvents, readPrunedAt, readPrunedId } from "./maintenance/prune.ts";
import { deleteHidden, findHidden, pauseBetweenDeletions } from "./maintenance/wipe/purge.ts";
import { wipe } from "./maintenance/wipe/wipe.ts";
import { parsePlan } from "./maintenance/wipe/wipe-plan.ts";
import { readKnownVersion } from "./migrations/migrate.ts";
import { readSendLease } from "./sending/read-sending.ts";
import { addRequest, releaseSendLease, takeSendLease, writeSending } from "./sending/send-writes.ts";
import { createToken, noteTokenUses, readTokens, revokeToken } from "./tokens.ts";
import { readLease } from "./watching/read-watched.ts";
import { closeAlert, putMute, releaseLease, removeMute, takeLease } from "./watching/watch-writes.ts";
import { receiveGroup } from "./write/group.ts";

/** The methods of a LogDatabase, for any kind of access. Failures are EventLogErrors. */
export function createLogDatabase(access: DatabaseAccess): LogDatabase {
  const { write, file } = access;
  const replacer = new DefinitionReplacer(access);
  let loading: Promise<DatabaseReads> | undefined;

  const reading = readsOf(() => {
    loading ??= import("./database-reads.ts").then(({ createDatabaseReads }) => createDatabaseReads(access));
    return loading;
  });

  return {
    ...reading,
    write: async (group) => {
      const started = performance.now();
      const result = await access.writeGroup(receiveGroup(group));
      return { ...result, milliseconds: performance.now() - started };
    },
    wipe: async (text, by, now) => {
      const plan = parsePlan(text);
      const wiped = await write((writer) => wipe(writer, plan, by, now));
      return typeof wiped === "number" ? reading.event(wiped) : wiped;
    },
    findHidden: () => access.read(findHidden),
    deleteHidden: async (steps) => {
      for (const [i, hidden] of steps.entries()) {
        if (i > 0) await delay(pauseBetweenDeletions);
        await write((writer, client) => deleteHidden(client, writer, hidden));
      }
    },
    findExpired: (expiry, from) => access.read((client) => findExpired(client, expiry, from)),
    pruneEvents: (ids) => write((writer) => pruneEvents(writer, ids)),
    forgetKeys: (before) => write((writer, client) => forgetKeys(client, writer, before)),
    prunedId: (type) => access.read((client) => readPrunedId(client, type)),
    notePrune: (clock) => write((writer) => notePrune(writer, clock)),
    prunedAt: () => access.read(readPrunedAt),
    probe: () => write((writer) => probe(writer, file)),
    assertKnownSchema: async () => void (await access.read(readKnownVersion)),
    logId: () => access.read(readLogId),
    lastChange: () => access.read(readLastChange),
    tokens: () => access.read(readTokens),
    createToken: (token, now) => write((writer) => createToken(writer, token, now)),
    revokeToken: (name, now) => write((writer) => revokeToken(writer, name, now)),
    noteTokenUses: (uses) => write((writer) => noteTokenUses(writer, uses)),
    replaceDefinitions: (request) => replacer.replace(request),
    definitionRevision: () => access.read(readRevision),
    ...watching(access),
    ...sending(access),
    close: () => access.close(),
  };
}

/** Who watches, and what is written for it. */
function watching({ read, write, file }: DatabaseAccess) {
  return {
    watchLease: () => read(readLease),
    takeWatchLease: (holder, fence, beat) => write((writer) => takeLease(writer, holder, { fence, beat })),
    releaseWatchLease: (fence) => write((writer) => releaseLease(writer, fence)),
    commitWatch: async (plan) => {
      const { commitWatch } = await import("./watching/commit-watch.ts");
      return commitWatch({ read, write, file }, plan);
    },
    closeAlert: (id, now) => write((writer) => closeAlert(writer, id, now)),
    mute: (name, details) => write((writer) => putMute(writer, name, details)),
    unmute: (name, now) => write((writer) => removeMute(writer, name, now)),
  } satisfies Partial<LogDatabase>;
}

/** Who sends, and what is written for it. */
function sending({ read, write, file }: DatabaseAccess) {
  return {
    sendLease: () => read(readSendLease),
    takeSendLease: (holder, seen) => write((writer) => takeSendLease(writer, holder, seen)),
    releaseSendLease: (fence) => write((writer) => releaseSendLease(writer, fence)),
    writeSending: (batch) => writeSending({ write, file }, batch),
    addRequest: (request) => write((writer) => addRequest(writer, request)),
  } satisfies Partial<LogDatabase>;
}

async function readLogId(client: Client): Promise<string> {
  const { rows } = await client.execute("SELECT log_id FROM log");
  return String(rows[0]?.log_id ?? "");
}

async function readLastChange(client: Client): Promise<string> {
  const { rows } = await client.execute(selectLastChange);
  return `${rows[0]?.id ?? 0} ${rows[0]?.revision ?? 0}`;
}

const selectLastChange = `
  SELECT (SELECT id FROM event ORDER BY id DESC LIMIT 1) AS id, (SELECT revision FROM definition_state) AS revision`;
