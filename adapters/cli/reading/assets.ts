import { Option } from "@commander-js/extra-typings";
import * as v from "valibot";
import { formatAssetKey } from "../../../core/index.ts";
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
import { type Cell, table } from "../table.ts";
import { withLog } from "../with-log.ts";
import { outcome, time } from "./event-cells.ts";
import { formatList, noteMore, readList } from "./read-list.ts";

const headers = ["ASSET", "LAST BUILT", "LAST SEEN", "VERSION", "MATERIALIZATIONS", "PARTITIONS", "CHECKS"];

export const assetsCommand = logCommand("assets")
  .description("List the assets that have events.")
  .option("--prefix <key>", "this asset and all below it", readAssetKey)
  .option("--search <text>", "words that the key contains, in any order")
  .option("--failing", "with a check that fails now")
  .option("--stale <time>", `without a materialization or observation since: ${timeForms}`, readTime)
  .addOption(
    new Option(
      "--order <order>",
      "by key, by what happened last, by the worst check, or by how much was reported",
    ).choices(["key", "latest", "state", "reports"]),
  )
  .option(...limitOption)
  .option(...cursorOption)
  .option(...jsonOption)
  .addHelpText(
    "after",
    examples(
      "assets",
      "assets --failing --stale 24h",
      "assets --prefix s3 --limit 1000",
      "assets --search orders --json",
    ),
  )
  .action(async ({ prefix, search, failing, stale, order, limit, cursor, json, ...options }) => {
    await withLog(options, async (log) => {
      const state = { failing: failing === true ? "true" : undefined, quiet_since: stale, order };
      const query = { prefix: prefix && JSON.stringify(prefix), search, ...state };
      const list = await readList(log, { path: "assets", name: "assets", query, limit, cursor });
      if (json === true) return console.log(formatList("assets", list));
      const { assets } = v.parse(answers.assets, { assets: list.items, cursor: null, has_more: false });
      const rows = assets.map(({ assetKey, latestMaterialization, latestObservation, dataVersion, checks, counts }) => {
        const worst = checks.find(({ passed }) => !passed) ?? checks[0];
        const failed = checks.filter(({ passed }) => !passed).length;
        const state: Cell =
          failed === 0 || worst === undefined ? `${checks.length}` : styled(failed, checks.length, worst);
        return [
          formatAssetKey(assetKey),
          latestMaterialization === null ? "" : time(latestMaterialization.timestamp),
          latestObservation === null ? "" : time(latestObservation.timestamp),
          dataVersion ?? "",
          String(counts.materializations),
          String(counts.partitions),
          state,
        ];
      });
      console.log(table(headers, rows));
      noteMore(list);
    });
  });

function styled(failed: number, all: number, worst: { readonly passed: boolean; readonly severity: string }): Cell {
  const cell = outcome(worst);
  return typeof cell === "string" ? cell : { ...cell, text: `${failed} of ${all} failed` };
}
