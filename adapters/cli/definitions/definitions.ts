import { Argument } from "@commander-js/extra-typings";
import * as v from "valibot";
import { formatAssetKey } from "../../../core/index.ts";
import { cursorOption, examples, jsonOption, limitOption, logCommand, readAssetKey } from "../log-command.ts";
import { formatList, noteMore, readList } from "../reading/read-list.ts";
import { table } from "../table.ts";
import { withLog } from "../with-log.ts";

const key = v.optional(v.array(v.string()));
const definitions = v.array(
  v.object({
    key,
    prefix: key,
    owners: v.array(v.string()),
    group: v.nullable(v.string()),
    partitions: v.nullable(v.object({ type: v.string() })),
    freshness: v.nullable(
      v.object({
        type: v.string(),
        fail_window: v.optional(v.string()),
        deadline_cron: v.optional(v.string()),
        timezone: v.optional(v.string()),
      }),
    ),
    source: v.string(),
  }),
);

export const definitionsCommand = logCommand("definitions")
  .description("List what is defined.")
  .addArgument(new Argument("[prefix]", "this asset and all below it").argParser(readAssetKey))
  .option("--source <name>", "only what this source defines")
  .option(...limitOption)
  .option(...cursorOption)
  .option(...jsonOption)
  .addHelpText("after", examples("definitions", "definitions s3 --limit 1000", "definitions --source team-a --json"))
  .action(async (prefix, { source, limit, cursor, json, ...options }) => {
    await withLog(options, async (log) => {
      const query = { prefix: prefix && JSON.stringify(prefix), source };
      const list = await readList(log, { path: "definitions", name: "definitions", query, limit, cursor });
      if (json === true) return console.log(formatList("definitions", list));
      const rows = v
        .parse(definitions, list.items)
        .map(({ key, prefix, owners, group, source, ...rules }) => [
          key === undefined ? `${formatAssetKey(prefix ?? [])}/*` : formatAssetKey(key),
          owners.join(" "),
          group ?? "",
          rules.partitions?.type ?? "",
          policyOf(rules.freshness),
          source,
        ]);
      console.log(table(["ASSET", "OWNERS", "GROUP", "PARTITIONS", "FRESHNESS", "SOURCE"], rows));
      noteMore(list);
    });
  });

type Policy = v.InferOutput<typeof definitions>[number]["freshness"];

function policyOf(policy: Policy): string {
  if (policy === null) return "";
  const { deadline_cron: deadline, fail_window: window, timezone = "UTC" } = policy;
  return deadline === undefined ? `within ${window}` : `by ${deadline} ${timezone}`;
}
