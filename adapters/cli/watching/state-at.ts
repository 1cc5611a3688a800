import * as v from "valibot";
import {
  type FreshnessPolicy,
  type FreshnessState,
  type Partitions,
  type PartitionWindow,
  watchedPartitions,
  worstState,
} from "../../../core/freshness/index.ts";
import { type AssetKey, formatAssetKey } from "../../../core/index.ts";
import { mostAhead } from "../../../core/time.ts";
import { countedAt } from "../../../storage/wait-reads.ts";
import { answers, readAnswer } from "../../client/answers.ts";
import { RunlessClientError } from "../../client/client-error.ts";
import { printable } from "../../config/printable.ts";
import { CommandError, exitCodes } from "../exit-code.ts";
import { time } from "../reading/event-cells.ts";
import type { OpenLog } from "../with-log.ts";
import { type CountedEvent, countsOf, type ExplainedState, explainState } from "./explain-state.ts";

const definitionSchema = v.object({
  prefix: v.optional(v.array(v.string())),
  // As the server read them from a document.
  partitions: v.nullable(v.custom<Partitions>((value) => typeof value === "object")),
  freshness: v.nullable(v.custom<FreshnessPolicy>((value) => typeof value === "object")),
  defined_at: v.nullable(v.pipe(v.string(), v.transform(Date.parse))),
});

/** How many partitions are looked at: each is a read of the log. */
const mostPartitions = 1000;
const partitionsAtOnce = 8;

interface Explained extends ExplainedState {
  readonly partition: string | null;
  readonly last: CountedEvent | null;
}

/**
 * Shows what the state of an asset was at a time, and why: by its definition as it is now, and by the events that had been
 * received then.
 */
export async function showStateAt(log: OpenLog, key: AssetKey, at: number, isJson: boolean): Promise<void> {
  const { policy, partitions, definedAt } = await policyOf(log, key);
  const windows = partitions === null ? [null] : watchedPartitions(policy, partitions, at).partitions;
  if (windows.length > mostPartitions) {
    throw new CommandError(
      exitCodes.failed,
      `The policy watches more than ${mostPartitions} partitions, too many to read.`,
    );
  }
  const explained: Explained[] = [];
  for (let from = 0; from < windows.length; from += partitionsAtOnce) {
    const some = windows.slice(from, from + partitionsAtOnce);
    const found = some.map(async (window: PartitionWindow | null): Promise<Explained> => {
      const partition = window?.partition ?? null;
      const last = await lastCounted(log, { key, partition, counts: countsOf(policy, window) }, at);
      return { partition, last, ...explainState(policy, window, last, { definedAt, now: at }) };
    });
    explained.push(...(await Promise.all(found)));
  }
  const state = worstState(explained.map((one) => one.state));
  console.log(
    isJson ? asJson({ key, at, state, definedAt }, explained) : asText({ key, at, state, definedAt }, explained),
  );
}

interface Asked {
  readonly key: AssetKey;
  readonly at: number;
  readonly state: FreshnessState;
  readonly definedAt: number | null;
}

function asText({ key, at, state, definedAt }: Asked, explained: readonly Explained[]): string {
  const [whole] = explained;
  const isLater = definedAt !== null && definedAt > at;
  const note = isLater ? [`The policy was given at ${time(definedAt)}, after that time: so it would have been.`] : [];
  const head = `${formatAssetKey(key)} was ${state} at ${time(at)}`;
  if (whole?.partition === null) return printableLines([`${head}.`, ...note, ...whole.reasons]);
  if (whole === undefined) return printableLines([`${head}: no partition was watched yet.`, ...note]);
  const parts = explained.flatMap(({ partition, state, reasons }) => [
    `${partition} was ${state}. ${reasons.join(" ")}`,
  ]);
  return printableLines([`${head}, the worst of ${explained.length} watched partitions.`, ...note, ...parts]);
}

function printableLines(lines: readonly string[]): string {
  return lines.map(printable).join("\n");
}

function asJson({ key, at, state, definedAt }: Asked, explained: readonly Explained[]): string {
  const iso = (moment: number | null) => (moment === null ? null : new Date(moment).toISOString());
  const one = ({ state, last, nextChangeAt, reasons }: Explained) => {
    const event = { last_at: iso(last?.at ?? null), event_id: last?.id ?? null };
    return { state, ...event, next_change_at: iso(nextChangeAt), reasons };
  };
  const [whole] = explained;
  const asked = { asset_key: key, at: iso(at), state, defined_at: iso(definedAt) };
  if (whole?.partition === null) return JSON.stringify({ ...asked, ...one(whole), partitions: null });
  return JSON.stringify({
    ...asked,
    partitions: explained.map((part) => ({ partition: part.partition, ...one(part) })),
  });
}

async function policyOf(log: OpenLog, key: AssetKey) {
  const unwatched = new CommandError(
    exitCodes.failed,
    `No definition gives ${printable(formatAssetKey(key))} a freshness policy. runless define does.`,
  );
  let text: string;
  try {
    const query = { asset_key: JSON.stringify(key) };
    text = await log.send({ method: "GET", path: "definitions", query, signal: undefined });
  } catch (error) {
    throw error instanceof RunlessClientError && error.code === "not_found" ? unwatched : error;
  }
  const { prefix, partitions, freshness: policy, defined_at: definedAt } = readAnswer(definitionSchema, text);
  if (policy === null) throw unwatched;
  if (prefix === undefined) return { policy, partitions, definedAt };
  const first = await firstReceipt(log, key);
  if (first === undefined) throw unwatched;
  return { policy, partitions, definedAt: Math.max(definedAt ?? 0, first) };
}

/** When the first report of an asset was received: the policy of a prefix begins with it. */
async function firstReceipt(log: OpenLog, key: AssetKey): Promise<number | undefined> {
  const query = { asset_key: JSON.stringify(key), order: "asc" };
  for (let [limit, cursor]: [number, string | undefined] = [1, undefined]; ; limit = 1000) {
    const text = await log.send({
      method: "GET",
      path: "events",
      query: { ...query, limit, cursor },
      signal: undefined,
    });
    const page = readAnswer(answers.events, text);
    const first = page.events.find(({ type }) => type !== "ASSET_WIPED" && type !== "FRESHNESS_STATE_CHANGE");
    if (first !== undefined || !page.hasMore || page.cursor === null) return first?.receivedAt;
    cursor = page.cursor;
  }
}

interface Counting {
  readonly key: AssetKey;
  readonly partition: string | null;
  readonly counts: readonly ("materialization" | "observation")[];
}

/**
 * The event that counted last at a time, as of the lesser of its timestamp and its receipt. What was received later was
 * not known then. Ids grow with the time of receipt, so the walk from the newest ends where no older event can count later.
 */
async function lastCounted(
  log: OpenLog,
  { key, partition, counts }: Counting,
  at: number,
): Promise<CountedEvent | null> {
  let best: CountedEvent | null = null;
  const until = new Date(at + mostAhead + 1).toISOString(); // no event that was known then has a later timestamp
  for (const count of counts) {
    const query = {
      asset_key: JSON.stringify(key),
      type: count === "materialization" ? "ASSET_MATERIALIZATION" : "ASSET_OBSERVATION",
      partition: partition ?? undefined,
      until,
    };
    for (let [limit, cursor]: [number, string | undefined] = [20, undefined]; ; limit = 1000) {
      const text = await log.send({
        method: "GET",
        path: "events",
        query: { ...query, limit, cursor },
        signal: undefined,
      });
      const page = readAnswer(answers.events, text);
      const known = page.events.filter(({ receivedAt }) => receivedAt <= at);
      for (const event of known) {
        const counted = countedAt(event);
        if (best === null || counted > best.at) best = { id: event.id, at: counted };
      }
      const oldest = known.at(-1);
      const isDone: boolean = best !== null && oldest !== undefined && oldest.receivedAt <= best.at;
      if (isDone || !page.hasMore || page.cursor === null) break;
      cursor = page.cursor;
    }
  }
  return best;
}
