import * as v from "valibot";
import { answers } from "../client/answers.ts";
import { time } from "./event-cells.ts";
import { examples, logCommand, readAssetKey, readCount } from "./log-command.ts";
import { formatList, noteMore, readList } from "./read-list.ts";
import { table } from "./table.ts";
import { withLog } from "./with-log.ts";

export const partitionsCommand = logCommand("partitions")
  .description("List the partitions of an asset that were materialized.")
  .argument("<key>", "the asset: parts joined by / or a JSON array", readAssetKey)
  .option("--limit <count>", "how many", readCount, 50)
  .option("--cursor <cursor>", "where the last list ended")
  .option("--json", "as JSON")
  .addHelpText("after", examples("partitions s3/orders", "partitions s3/orders --limit 1000 --json"))
  .action(async (key, { limit, cursor, json, ...options }) => {
    await withLog(options, async (log) => {
      const query = { asset_key: JSON.stringify(key) };
      const list = await readList(log, { path: "partitions", name: "partitions", query, limit, cursor });
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
