import { setTimeout as delay } from "node:timers/promises";
import type { Client, Row } from "@libsql/client";
import { EventLogError } from "../../event-log-error.ts";
import { isStoreFailure } from "../failures.ts";
import { reasonOf } from "../store-error.ts";
import { expandRows } from "../write/details-references.ts";
import { type Group, type GroupResult, joinRows, splitRows, unitResults } from "../write/group.ts";
import { planAround, type Recorded, readKeys, scopesJson } from "../write/plan-units.ts";
import { isClash, newCommitId } from "./commit-id.ts";
import { ConnectionFailure } from "./remote-fetch.ts";
import { groupStatements, selectCommit } from "./remote-group.ts";
import { withRetries } from "./retry-policy.ts";

/** In milliseconds. After that an unknown outcome is reported as such. */
const timeout = 10_000;

/** A group that was sent before another. */
interface Predecessor {
  readonly id: string;
  isUnderWay: boolean;
  readonly settled: Promise<unknown>;
}

/**
 * Writes groups to a remote database, each in one request. A call resolves when the database has confirmed the commit
 * of its group. Calls may overlap; their groups are committed in the order of the calls.
 */
export function remoteGroupWriter(client: Client): (group: Group) => Promise<GroupResult> {
  let latest: Predecessor | undefined;
  return ({ shared, ...sent }) => {
    const group = shared === undefined ? sent : { ...sent, rows: expandRows(sent.rows, shared) };
    const id = newCommitId();
    const writing = writeUnits(client, group, id, latest);
    const current = { id, isUnderWay: true, settled: Promise.allSettled([writing]) };
    current.settled.then(() => {
      current.isUnderWay = false;
    });
    latest = current;
    return writing;
  };
}

async function writeUnits(
  client: Client,
  group: Group,
  id = newCommitId(),
  predecessor?: Predecessor,
): Promise<GroupResult> {
  try {
    return await commitGroup(client, group, id, predecessor);
  } catch (error) {
    if (isStoreFailure(error)) throw error;
    const message = reasonOf(error);
    return group.sizes.length === 1 ? { units: [{ status: "failed", message }] } : writeHalves(client, group);
  }
}

/**
 * Writes both halves of a group one after the other. Bad data of one unit must not refuse the other units, and this
 * finds that unit in few requests.
 */
async function writeHalves(client: Client, { rows: text, sizes, ...group }: Group): Promise<GroupResult> {
  const rows = splitRows(text);
  const half = Math.ceil(sizes.length / 2);
  const [early, late] = [sizes.slice(0, half), sizes.slice(half)];
  const cut = early.reduce((sum, size) => sum + size, 0);
  const first = await writeUnits(client, { ...group, rows: joinRows(rows.slice(0, cut)), sizes: early });
  try {
    const second = await writeUnits(client, { ...group, rows: joinRows(rows.slice(cut)), sizes: late });
    return { units: [...unitResults(first, early), ...unitResults(second, late)] };
  } catch (error) {
    throw unknownOutcome(error); // the first half is recorded
  }
}

interface Plan {
  readonly rows: readonly string[];
  /** `Recorded`, as JSON. */
  readonly recorded: string;
  /** Given the id of the first of `rows`. */
  readonly result: (firstId: number) => GroupResult;
}

/**
 * The first plan assumes that no idempotency key of the group was used before. If one was, the database says so instead
 * of committing, and the next plan takes that into account. It also says so if the predecessor is not committed yet.
 */
async function commitGroup(
  client: Client,
  group: Group,
  id: string,
  predecessor: Predecessor | undefined,
): Promise<GroupResult> {
  const encoded = splitRows(group.rows);
  const events = group.keyed ? readKeys(encoded) : [];
  const scopes = scopesJson(events);
  let until = performance.now() + timeout;
  let isUnknown = false;

  function planFor(recorded: string): Plan {
    if (!group.keyed) return { rows: encoded, recorded, result: (firstId) => ({ firstId }) };
    const { rows, results } = planAround(JSON.parse(recorded) as Recorded, events, group.sizes); // as selectAnswer writes it
    return { rows, recorded, result: (firstId) => ({ units: results(firstId) }) };
  }

  async function send({ rows, recorded }: Plan, plan: number): Promise<Row | undefined> {
    const after = predecessor?.isUnderWay ? predecessor.id : null;
    const keys = group.keyed ? { scopes, recorded } : undefined;
    try {
      const results = await client.batch(groupStatements({ ...group, id, plan, after, rows, keys }), "write");
      return results.at(-1)?.rows[0];
    } catch (error) {
      if (!isClash(error)) throw error;
      return (await client.execute({ sql: selectCommit, args: [id] })).rows[0];
    }
  }

  let plan = planFor("[]");
  const plans = [plan];
  for (;;) {
    const attempt = () => before(until, send(plan, plans.length - 1));
    const answer = await withRetries(attempt, until - performance.now(), (failure) => {
      isUnknown ||= failure.isUnknown;
    }).catch((error) => {
      throw isUnknown && isStoreFailure(error) ? unknownOutcome(error) : error;
    });
    const committed = answer?.last_id == null ? undefined : plans[Number(answer.plan)];
    if (committed !== undefined) return committed.result(Number(answer?.last_id) + 1);
    if (answer?.is_next === 0) {
      await predecessor?.settled;
      until = performance.now() + timeout;
    } else {
      plan = planFor(String(answer?.recorded));
      if (plan.rows.length === 0) return plan.result(0);
      plans.push(plan);
    }
  }
}

/** Rejects if the work takes longer. The work itself goes on. */
async function before<Result>(until: number, work: Promise<Result>): Promise<Result> {
  const done = new AbortController();
  const late = delay(Math.max(0, until - performance.now()), undefined, { signal: done.signal }).then(() => {
    throw new ConnectionFailure("it has not answered in time", false);
  });
  return Promise.race([work, late]).finally(() => done.abort());
}

function unknownOutcome(cause: unknown): EventLogError {
  return new EventLogError(
    "unknown_outcome",
    `The database has not told for ${timeout / 1000} seconds whether it recorded this: ${reasonOf(cause)}. It may have or not: repeat the call with the same idempotency keys.`,
    { cause },
  );
}
