import * as v from "valibot";
import type { JsonValue } from "../../core/index.ts";
import { readEvent } from "../../core/wire.ts";
import { outcome, time } from "./event-cells.ts";
import { examples, logCommand, readAssetKey, readCount } from "./log-command.ts";
import { formatList, noteMore, readList } from "./read-list.ts";
import { table } from "./table.ts";
import { withLog } from "./with-log.ts";

const checksSchema = v.array(
  v.object({
    check_name: v.string(),
    partition: v.nullable(v.string()),
    latest_evaluation: v.pipe(
      v.custom<JsonValue>(() => true), // a part of what parseJson read; readEvent checks it
      v.transform(readEvent),
    ),
    evaluations: v.number(),
  }),
);

export const checksCommand = logCommand("checks")
  .description("List the checks of an asset with their latest outcome.")
  .argument("<key>", "the asset: parts joined by / or a JSON array", readAssetKey)
  .option("--limit <count>", "how many", readCount, 50)
  .option("--cursor <cursor>", "where the last list ended")
  .option("--json", "as JSON")
  .addHelpText(
    "after",
    examples("checks s3/orders", "checks s3/orders --json", "events --type check --asset-key s3/orders"),
  )
  .action(async (key, { limit, cursor, json, ...options }) => {
    await withLog(options, async (log) => {
      const query = { asset_key: JSON.stringify(key) };
      const list = await readList(log, { path: "checks", name: "checks", query, limit, cursor });
      if (json === true) return console.log(formatList("checks", list));
      const rows = v
        .parse(checksSchema, list.items)
        .map(({ check_name, partition, latest_evaluation: latest, evaluations }) => [
          check_name,
          partition ?? "",
          latest.type === "ASSET_CHECK_EVALUATION" ? outcome(latest) : "",
          time(latest.timestamp),
          String(evaluations),
        ]);
      console.log(table(["CHECK", "PARTITION", "OUTCOME", "LAST RUN", "EVALUATIONS"], rows));
      noteMore(list);
    });
  });
