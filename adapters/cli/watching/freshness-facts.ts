import * as v from "valibot";
import { isReported } from "../../../core/events/events.ts";
import type { FreshnessPolicy, Partitions } from "../../../core/freshness/index.ts";
import { type AssetKey, formatAssetKey, type RecordedEvent } from "../../../core/index.ts";
import { mostAhead } from "../../../core/time.ts";
import { countedAt } from "../../../storage/wait-reads.ts";
import { answers, readAnswer } from "../../client/answers.ts";
import { RunlessClientError } from "../../client/client-error.ts";
import type { Send } from "../../client/http-sender.ts";
import { printable } from "../../config/printable.ts";
import { CommandError, exitCodes } from "../exit-code.ts";
import type { LastEvent } from "./explain-state.ts";

// The facts by which the state of an asset at a time is judged.

const definitionSchema = v.object({
  prefix: v.optional(v.array(v.string())),
  // As the server read them from a document.
  partitions: v.nullable(v.custom<Partitions>((value) => typeof value === "object")),
  freshness: v.nullable(v.custom<FreshnessPolicy>((value) => typeof value === "object")),
  defined_at: v.nullable(v.pipe(v.string(), v.transform(Date.parse))),
});

/** The policy that holds for an asset, and its start. Rejects with CommandError if there is none. */
export async function policyOf(send: Send, key: AssetKey) {
  const unwatched = new CommandError(
    exitCodes.failed,
    `No definition gives ${printable(formatAssetKey(key))} a freshness policy. runless define does.`,
  );
  let text: string;
  try {
    const query = { asset_key: JSON.stringify(key) };
    text = await send({ method: "GET", path: "definitions", query, signal: undefined });
  } catch (error) {
    throw error instanceof RunlessClientError && error.code === "not_found" ? unwatched : error;
  }
  const { prefix, partitions, freshness: policy, defined_at: definedAt } = readAnswer(definitionSchema, text);
  if (policy === null) throw unwatched;
  if (prefix === undefined) return { policy, partitions, definedAt };
  const first = await firstReceipt(send, key);
  if (first === undefined) throw unwatched;
  return { policy, partitions, definedAt: Math.max(definedAt ?? 0, first) };
}

/** When the first report of an asset was received. The policy of a prefix begins then. */
async function firstReceipt(send: Send, key: AssetKey): Promise<number | undefined> {
  for await (const events of eventPages(send, { asset_key: JSON.stringify(key), order: "asc" }, 1)) {
    const first = events.find(isReported);
    if (first !== undefined) return first.receivedAt;
  }
  return undefined;
}

interface Counting {
  readonly key: AssetKey;
  readonly partition: string | null;
  readonly counts: readonly ("materialization" | "observation")[];
}

/**
 * The event that counted last at a time. An event counts at its timestamp or its receipt, whichever is earlier. Events
 * that were received after the time are left out. Ids grow with the time of receipt, so the search from the newest
 * event ends once no older event can count later.
 */
export async function lastCounted(
  send: Send,
  { key, partition, counts }: Counting,
  at: number,
): Promise<LastEvent | null> {
  let best: LastEvent | null = null;
  const until = new Date(at + mostAhead + 1).toISOString(); // no event that was known then has a later timestamp
  for (const count of counts) {
    const query = {
      asset_key: JSON.stringify(key),
      type: count === "materialization" ? "ASSET_MATERIALIZATION" : "ASSET_OBSERVATION",
      partition: partition ?? undefined,
      until,
    };
    for await (const events of eventPages(send, query, 20)) {
      const known = events.filter(({ receivedAt }) => receivedAt <= at);
      for (const event of known) {
        const counted = countedAt(event);
        if (best === null || counted > best.at) best = { id: event.id, at: counted };
      }
      const oldest = known.at(-1);
      if (best !== null && oldest !== undefined && oldest.receivedAt <= best.at) break;
    }
  }
  return best;
}

/** The events of a query, page by page. The first page is small, because often it is enough. */
async function* eventPages(
  send: Send,
  query: Readonly<Record<string, string | undefined>>,
  first: number,
): AsyncGenerator<readonly RecordedEvent[]> {
  for (let [limit, cursor]: [number, string | undefined] = [first, undefined]; ; limit = 1000) {
    const text = await send({ method: "GET", path: "events", query: { ...query, limit, cursor }, signal: undefined });
    const page = readAnswer(answers.events, text);
    yield page.events;
    if (!page.hasMore || page.cursor === null) return;
    cursor = page.cursor;
  }
}
