import { Option } from "@commander-js/extra-typings";
import * as v from "valibot";
import { freshnessStates } from "../../../core/events/freshness-change.ts";
import { type AssetKey, compareAssetKeys, formatAssetKey, type JsonValue, stringifyJson } from "../../../core/index.ts";
import { isJsonObject } from "../../../core/json/json-value.ts";
import { parseTime } from "../../../core/time.ts";
import { printable } from "../../config/printable.ts";
import { CommandError, exitCodes, usageError } from "../exit-code.ts";
import {
  cursorOption,
  examples,
  jsonOption,
  limitOption,
  logCommand,
  readAssetKey,
  readTime,
  timeForms,
} from "../log-command.ts";
import { moment, momentCell } from "../reading/event-cells.ts";
import { formatList, noteMore, readList } from "../reading/read-list.ts";
import { type Cell, type Style, table } from "../table.ts";
import { type OpenLog, withLog } from "../with-log.ts";

const subjects = v.array(
  v.object({
    asset_key: v.array(v.string()),
    partition: v.nullable(v.string()),
    state: v.picklist(freshnessStates),
    since: moment,
    deadline: moment,
    last_at: moment,
    next_change_at: moment,
  }),
);
type Subject = v.InferOutput<typeof subjects>[number];

const headers = ["ASSET", "PARTITION", "STATE", "SINCE", "DEADLINE", "LAST EVENT", "NEXT CHANGE"];
const styles: Readonly<Record<Subject["state"], Style>> = {
  PASS: "green",
  WARN: "yellow",
  FAIL: "red",
  UNKNOWN: "dim",
};

export const freshnessCommand = logCommand("freshness")
  .description(
    "List what freshness policies watch, and its state: of all assets, or of these. With --at: what the state was then, and why.",
  )
  .argument("[keys...]", "the assets: parts joined by / or a JSON array", readKeys)
  .addOption(new Option("--state <state>", "only in this state").choices(freshnessStates))
  .option("--prefix <key>", "only this asset and all below it", readAssetKey)
  .option("--at <time>", `by the definition and what was known then: ${timeForms}`, readTime)
  .option(...limitOption)
  .option(...cursorOption)
  .option(...jsonOption)
  .addHelpText(
    "after",
    examples(
      "freshness --state FAIL",
      "freshness warehouse/orders raw/orders",
      "freshness --prefix warehouse --json",
      "freshness warehouse/orders --at 2026-11-30T06:30:00+01:00",
    ),
  )
  .action(async (keys = [], { state, prefix, at, limit, cursor, json, ...options }) => {
    if (at !== undefined) {
      if (keys.length === 0)
        throw usageError("--at is for assets that are named: runless freshness <key> --at <time>.");
      if (state !== undefined || prefix !== undefined) throw usageError("--state and --prefix are not for --at.");
      const moment = parseTime(at) ?? 0;
      if (moment > Date.now()) throw usageError("--at lies in the future, of which nothing is known.");
      const { readStateAt, stateJson, stateText } = await import("./state-at.ts");
      return withLog(options, async (log) => {
        for (const key of keys) {
          const found = await readStateAt(log, key, moment);
          console.log(json === true ? stateJson(found) : stateText(found));
        }
      });
    }
    if (keys.length > 0) {
      if (prefix !== undefined || cursor !== undefined) throw usageError("--prefix and --cursor are for all assets.");
      return withLog(options, (log) => showKeys(log, keys, { state, json: json === true }));
    }
    await withLog(options, async (log) => {
      const query = { state, prefix: prefix && JSON.stringify(prefix) };
      const list = await readList(log, { path: "freshness", name: "subjects", query, limit, cursor });
      if (json === true) return console.log(formatList("subjects", list));
      console.log(table(headers, v.parse(subjects, list.items).map(cells)));
      noteMore(list);
    });
  });

interface Shown {
  readonly state: Subject["state"] | undefined;
  readonly json: boolean;
}

async function showKeys(log: OpenLog, keys: readonly AssetKey[], { state, json }: Shown): Promise<void> {
  const items: JsonValue[] = [];
  const unwatched: string[] = [];
  for (const key of keys) {
    const found = await subjectsOf(log, key);
    if (found.length === 0) unwatched.push(printable(formatAssetKey(key)));
    for (const one of found) if (state === undefined || (isJsonObject(one) && one.state === state)) items.push(one);
  }
  if (json) console.log(stringifyJson({ subjects: items }));
  else if (items.length > 0) console.log(table(headers, v.parse(subjects, items).map(cells)));
  if (unwatched.length === 0) return;
  throw new CommandError(exitCodes.failed, `Nothing watches ${unwatched.join(", ")}: no freshness policy holds there.`);
}

const pageSize = 1000;

/** All items of one asset. The list is in the order of keys, so they come before the items of the keys below. */
async function subjectsOf(log: OpenLog, key: AssetKey): Promise<readonly JsonValue[]> {
  const own: JsonValue[] = [];
  const query = { prefix: JSON.stringify(key) };
  for (let cursor: string | undefined; ; ) {
    const page = await readList(log, { path: "freshness", name: "subjects", query, limit: pageSize, cursor });
    const parsed = v.parse(subjects, page.items);
    for (const [i, item] of page.items.entries()) {
      if (compareAssetKeys(parsed[i]?.asset_key ?? [], key) !== 0) return own;
      own.push(item);
    }
    if (!page.hasMore || page.cursor === null) return own;
    cursor = page.cursor;
  }
}

function cells({ asset_key, partition, state, since, deadline, last_at, next_change_at }: Subject): readonly Cell[] {
  return [
    formatAssetKey(asset_key),
    partition ?? "",
    { text: state, style: styles[state] },
    ...[since, deadline, last_at, next_change_at].map(momentCell),
  ];
}

function readKeys(text: string, before: readonly AssetKey[] = []): readonly AssetKey[] {
  return [...before, readAssetKey(text)];
}
