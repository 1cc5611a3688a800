import { inBatches } from "../../../core/batches.ts";
import {
  countedEvents,
  type FreshnessState,
  type PartitionWindow,
  watchedPartitions,
  worstState,
} from "../../../core/freshness/index.ts";
import { type AssetKey, formatAssetKey } from "../../../core/index.ts";
import { isoTime } from "../../../core/time.ts";
import { printable } from "../../config/printable.ts";
import { CommandError, exitCodes } from "../exit-code.ts";
import { time } from "../reading/event-cells.ts";
import type { OpenLog } from "../with-log.ts";
import { type ExplainedState, explainState, type LastEvent } from "./explain-state.ts";
import { lastCounted, policyOf } from "./freshness-facts.ts";

/** The most partitions. Each of them is a read of the log. */
const mostPartitions = 1000;
const partitionsAtOnce = 8;

/** The state of an asset at a time, in milliseconds since 1970 UTC. */
interface StateAt {
  readonly key: AssetKey;
  readonly at: number;
  readonly definedAt: number | null;
  readonly state: FreshnessState;
  /** The state of each watched partition. An asset without partitions has one, its own. */
  readonly explained: readonly Explained[];
}

interface Explained extends ExplainedState {
  readonly partition: string | null;
  readonly last: LastEvent | null;
}

/**
 * Says what the state of an asset was at a time, and why. It uses the current definition, and the events that had been
 * received by that time.
 */
export async function readStateAt(log: Pick<OpenLog, "send">, key: AssetKey, at: number): Promise<StateAt> {
  const { policy, partitions, definedAt } = await policyOf(log.send, key);
  const windows = partitions === null ? [null] : watchedPartitions(policy, partitions, at).partitions;
  if (windows.length > mostPartitions) {
    throw new CommandError(
      exitCodes.failed,
      `The policy watches more than ${mostPartitions} partitions, too many to read.`,
    );
  }
  const explain = async (window: PartitionWindow | null): Promise<Explained> => {
    const partition = window?.partition ?? null;
    const last = await lastCounted(log.send, { key, partition, counts: countedEvents(policy, window) }, at);
    return { partition, last, ...explainState(policy, window, last, { definedAt, now: at }) };
  };
  const explained = await inBatches<PartitionWindow | null, Explained>(windows, partitionsAtOnce, (some) =>
    Promise.all(some.map(explain)),
  );
  return { key, at, definedAt, state: worstState(explained.map((one) => one.state)), explained };
}

/** The state in sentences. */
export function stateText({ key, at, definedAt, state, explained }: StateAt): string {
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

export function stateJson({ key, at, definedAt, state, explained }: StateAt): string {
  const one = ({ state, last, nextChangeAt, reasons }: Explained) => {
    const event = { last_at: isoTime(last?.at ?? null), event_id: last?.id ?? null };
    return { state, ...event, next_change_at: isoTime(nextChangeAt), reasons };
  };
  const [whole] = explained;
  const asked = { asset_key: key, at: isoTime(at), state, defined_at: isoTime(definedAt) };
  if (whole?.partition === null) return JSON.stringify({ ...asked, ...one(whole), partitions: null });
  return JSON.stringify({
    ...asked,
    partitions: explained.map((part) => ({ partition: part.partition, ...one(part) })),
  });
}
