import * as v from "valibot";
import { Document, isMap } from "yaml";
import type { Partitions } from "../../../core/freshness/index.ts";
import { type AssetKey, formatAssetKey } from "../../../core/index.ts";
import { countedAt } from "../../../storage/wait-reads.ts";
import { answers, readAnswer } from "../../client/answers.ts";
import { readList } from "../reading/read-list.ts";
import type { OpenLog } from "../with-log.ts";
import { hasPartition, type Report, suggestFreshness } from "./suggest-freshness.ts";

/** How many materializations of an asset are read, and how many partitions. */
const looked = 100;
const fewest = 3;

/**
 * Suggests definitions as YAML, to be edited: one for each asset, from the names of its partitions and the usual time
 * between its materializations.
 */
export async function suggestDefinitions(log: OpenLog, prefix: AssetKey | undefined): Promise<string> {
  const query = { prefix: prefix && JSON.stringify(prefix) };
  const list = await readList(log, {
    ...{ path: "assets", name: "assets", query },
    ...{ limit: Number.POSITIVE_INFINITY, cursor: undefined },
  });
  const { assets } = v.parse(answers.assets, { assets: list.items, cursor: null, has_more: false });
  const suggested = [];
  const whyNone: (string | undefined)[] = [];
  for (const { assetKey, counts } of assets) {
    const reports = counts.materializations === 0 ? [] : await reportsOf(log, assetKey);
    const names = counts.partitions === 0 ? [] : await namesOf(log, assetKey);
    const partitions = partitionsOf(names);
    const freshness = suggestFreshness(reports, partitions);
    const isPolicy = freshness !== undefined && !("why" in freshness);
    whyNone.push(isPolicy ? undefined : freshness?.why);
    suggested.push({
      key: keyOf(assetKey),
      ...optional("partitions", partitions),
      ...optional("freshness", isPolicy ? freshness : undefined),
    });
  }
  const document = new Document({ assets: suggested });
  for (const [i, why] of whyNone.entries()) {
    const item = document.getIn(["assets", i]);
    if (why !== undefined && isMap(item)) item.commentBefore = ` No freshness is suggested: ${why}.`;
  }
  const head = "# Suggested from what was reported. Edit it, then: runless define <file> --source <name>\n";
  return head + document.toString({ lineWidth: 0 }).trimEnd();
}

function keyOf(key: AssetKey): string | AssetKey {
  const text = formatAssetKey(key);
  return text.startsWith("[") ? key : text;
}

function optional<Value>(name: string, value: Value | undefined): Record<string, Value> {
  return value === undefined ? {} : { [name]: value };
}

/** The newest materializations. A back-fill has other timestamps, so they are not in the order of time. */
async function reportsOf(log: OpenLog, key: AssetKey): Promise<readonly Report[]> {
  const query = { asset_key: JSON.stringify(key), type: "ASSET_MATERIALIZATION", limit: looked };
  const text = await log.send({ method: "GET", path: "events", query, signal: undefined });
  return readAnswer(answers.events, text).events.map((event) => ({ partition: event.partition, at: countedAt(event) }));
}

async function namesOf(log: OpenLog, key: AssetKey): Promise<readonly string[]> {
  const query = { asset_key: JSON.stringify(key), limit: looked };
  const text = await log.send({ method: "GET", path: "partitions", query, signal: undefined });
  return readAnswer(answers.partitions, text).partitions.map(({ partition }) => partition);
}

/** The partitions that these names belong to: hours, days, weeks or months, else the names themselves. */
export function partitionsOf(names: readonly string[]): Partitions | undefined {
  const [first] = names;
  if (first === undefined) return undefined;
  for (const kind of kinds) {
    const partitions = { ...kind, start: first };
    if (names.length >= fewest && names.every((name) => hasPartition(partitions, name))) return partitions;
  }
  return names.length < looked ? { type: "static", keys: names } : undefined;
}

/** From the rarest unit to the most usual one: the names of months are names of days too. */
const kinds = [
  { type: "monthly", fmt: "%Y-%m" },
  { type: "monthly" },
  { type: "weekly" },
  { type: "daily" },
  { type: "hourly" },
] as const;
