import * as v from "valibot";
import { stringify } from "yaml";
import { type Partitions, partitionWindow } from "../../../core/freshness/index.ts";
import { type AssetKey, formatAssetKey } from "../../../core/index.ts";
import { countedAt } from "../../../storage/wait-reads.ts";
import { answers, readAnswer } from "../../client/answers.ts";
import { readList } from "../reading/read-list.ts";
import type { OpenLog } from "../with-log.ts";

/** How many materializations of an asset are looked at, and how many partitions. */
const looked = 100;
const fewest = 3;

/** Definitions as YAML, to be edited: one for each asset, from the names of its partitions and the usual distance of its materializations. */
export async function suggestDefinitions(log: OpenLog, prefix: AssetKey | undefined): Promise<string> {
  const query = { prefix: prefix && JSON.stringify(prefix) };
  const list = await readList(log, {
    ...{ path: "assets", name: "assets", query },
    ...{ limit: Number.POSITIVE_INFINITY, cursor: undefined },
  });
  const { assets } = v.parse(answers.assets, { assets: list.items, cursor: null, has_more: false });
  const suggested = [];
  for (const { assetKey, counts } of assets) {
    const times = counts.materializations === 0 ? [] : await timesOf(log, assetKey);
    const names = counts.partitions === 0 ? [] : await namesOf(log, assetKey);
    suggested.push({
      key: keyOf(assetKey),
      ...optional("partitions", partitionsOf(names)),
      ...optional("freshness", freshnessOf(times)),
    });
  }
  const head = "# Suggested from what was reported. Edit it, then: runless define <file> --source <name>\n";
  return head + stringify({ assets: suggested }, { lineWidth: 0 }).trimEnd();
}

function keyOf(key: AssetKey): string | AssetKey {
  const text = formatAssetKey(key);
  return text.startsWith("[") ? key : text;
}

function optional<Value>(name: string, value: Value | undefined): Record<string, Value> {
  return value === undefined ? {} : { [name]: value };
}

/** When the newest materializations were reported, oldest first: a back-fill has other timestamps. */
async function timesOf(log: OpenLog, key: AssetKey): Promise<readonly number[]> {
  const query = { asset_key: JSON.stringify(key), type: "ASSET_MATERIALIZATION", limit: looked };
  const text = await log.send({ method: "GET", path: "events", query, signal: undefined });
  return readAnswer(answers.events, text)
    .events.map(countedAt)
    .sort((a, b) => a - b);
}

async function namesOf(log: OpenLog, key: AssetKey): Promise<readonly string[]> {
  const query = { asset_key: JSON.stringify(key), limit: looked };
  const text = await log.send({ method: "GET", path: "partitions", query, signal: undefined });
  return readAnswer(answers.partitions, text).partitions.map(({ partition }) => partition);
}

/** The usual distance, half as much again to warn, and twice as much to fail. Undefined for too few to tell. */
export function freshnessOf(times: readonly number[]): object | undefined {
  const distances = times
    .slice(1)
    .map((time, i) => time - (times[i] ?? time))
    .filter((distance) => distance >= 60_000) // partitions of one run
    .sort((a, b) => a - b);
  const usual = distances[distances.length >> 1];
  if (usual === undefined || distances.length < fewest) return undefined;
  return { type: "time_window", warn_window: duration(usual * 1.5), fail_window: duration(usual * 2) };
}

/** In the largest unit of which there are two or more, rounded up. */
function duration(milliseconds: number): string {
  const minutes = Math.ceil(milliseconds / 60_000);
  const hours = Math.ceil(minutes / 60);
  if (hours >= 48) return `${Math.ceil(hours / 24)}d`;
  return minutes >= 120 ? `${hours}h` : `${minutes}m`;
}

/** The partitions that these names are of: hours, days, weeks or months, else the names themselves. */
export function partitionsOf(names: readonly string[]): object | undefined {
  const [first] = names;
  if (first === undefined) return undefined;
  for (const kind of kinds) {
    const partitions = { ...kind, start: first };
    if (names.length >= fewest && names.every((name) => isOf(partitions, name))) return partitions;
  }
  return names.length < looked ? { type: "static", keys: names } : undefined;
}

/** From the rarest to the most usual: the first of each month are days too. */
const kinds = [
  { type: "monthly", fmt: "%Y-%m" },
  { type: "monthly" },
  { type: "weekly" },
  { type: "daily" },
  { type: "hourly" },
] as const;

function isOf(partitions: Partitions, name: string): boolean {
  try {
    return partitionWindow(partitions, name) !== undefined;
  } catch {
    return false; // the first name is no start
  }
}
