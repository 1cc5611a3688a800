import * as v from "valibot";
import { isJsonObject, type JsonValue } from "../../../core/json/json-value.ts";
import { parseTime } from "../../../core/time.ts";
import { answers } from "../../client/answers.ts";
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
import { table } from "../table.ts";
import { withLog } from "../with-log.ts";
import { time } from "./event-cells.ts";
import { showExpected } from "./expected-partitions.ts";
import { formatList, noteMore, readList } from "./read-list.ts";

export const partitionsCommand = logCommand("partitions")
  .description("List the partitions of an asset that were materialized.")
  .argument("<key>", "the asset: parts joined by / or a JSON array", readAssetKey)
  .option("--since <time>", `last built then or later; with --missing: of the window, ${timeForms}`, readTime)
  .option("--until <time>", "last built before", readTime)
  .option("--missing", "those that its definition expects and that were never built, instead")
  .option("--expected", "also those, and those that the definition does not know")
  .option(...limitOption)
  .option(...cursorOption)
  .option(...jsonOption)
  .addHelpText(
    "after",
    examples(
      "partitions s3/orders",
      "partitions s3/orders --since 24h",
      "partitions s3/orders --missing",
      "partitions s3/orders --limit 1000 --json",
    ),
  )
  .action(async (key, { since, until, missing, expected, limit, cursor, json, ...options }) => {
    if (missing === true || expected === true) {
      const asked = { key, since, until, limit, cursor, json: json === true };
      return withLog(options, (log) => showExpected(log, { ...asked, alone: missing === true }));
    }
    const keep = since === undefined && until === undefined ? undefined : builtBetween(since, until);
    await withLog(options, async (log) => {
      const query = { asset_key: JSON.stringify(key) };
      const list = await readList(log, { path: "partitions", name: "partitions", query, limit, cursor, keep });
      if (json === true) return console.log(formatList("partitions", list));
      const { partitions } = v.parse(answers.partitions, { partitions: list.items, cursor: null, has_more: false });
      const rows = partitions.map(({ partition, latestMaterialization: { timestamp, id }, materializations }) => [
        partition,
        time(timestamp),
        String(id),
        String(materializations),
      ]);
      console.log(table(["PARTITION", "LAST BUILT", "EVENT", "MATERIALIZATIONS"], rows));
      noteMore(list);
    });
  });

/** Matches partitions of the API that were last materialized from `since` on and before `until`. */
function builtBetween(since: string | undefined, until: string | undefined): (item: JsonValue) => boolean {
  const from = since === undefined ? Number.NEGATIVE_INFINITY : (parseTime(since) ?? 0);
  const end = until === undefined ? Number.POSITIVE_INFINITY : (parseTime(until) ?? 0);
  return (item) => {
    const latest = isJsonObject(item) ? item.latest_materialization : undefined;
    const at = isJsonObject(latest) ? parseTime(String(latest.timestamp)) : undefined;
    return at !== undefined && at >= from && at < end;
  };
}
