import { Argument } from "@commander-js/extra-typings";
import * as v from "valibot";
import { formatAssetKey } from "../../../core/asset-key.ts";
import { readEvent } from "../../../core/events/wire.ts";
import type { JsonValue } from "../../../core/index.ts";
import { CommandError, exitCodes } from "../exit-code.ts";
import { cursorOption, examples, jsonOption, limitOption, logCommand, readAssetKey } from "../log-command.ts";
import { table } from "../table.ts";
import { withLog } from "../with-log.ts";
import { outcome, time } from "./event-cells.ts";
import { formatList, noteMore, readList } from "./read-list.ts";

const headers = ["CHECK", "PARTITION", "OUTCOME", "LAST RUN", "EVALUATIONS"];

const checksSchema = v.array(
  v.object({
    asset_key: v.array(v.string()),
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
  .description(
    "List the checks of an asset with their latest outcome, or those that fail now, of all assets or of one.",
  )
  .addArgument(new Argument("[key]", "the asset: parts joined by / or a JSON array").argParser(readAssetKey))
  .option("--failing", "those whose latest evaluation failed")
  .option("--prefix <key>", "with --failing: of this asset and all below it", readAssetKey)
  .option(...limitOption)
  .option(...cursorOption)
  .option(...jsonOption)
  .addHelpText(
    "after",
    examples(
      "checks s3/orders",
      "checks --failing",
      "checks --failing --prefix s3",
      "checks s3/orders --json",
      "events --type check --asset-key s3/orders",
    ),
  )
  .action(async (key, { failing, prefix, limit, cursor, json, ...options }) => {
    if (failing !== true && (key === undefined || prefix !== undefined)) {
      throw new CommandError(exitCodes.usage, "Give an asset's key, or --failing, with --prefix or without.");
    }
    await withLog(options, async (log) => {
      const keys = { asset_key: key && JSON.stringify(key), prefix: prefix && JSON.stringify(prefix) };
      const query = { ...keys, failing: failing === true ? "true" : undefined };
      const list = await readList(log, { path: "checks", name: "checks", query, limit, cursor });
      if (json === true) return console.log(formatList("checks", list));
      const rows = v.parse(checksSchema, list.items).map((check) => {
        const { asset_key, check_name, partition, latest_evaluation: latest, evaluations } = check;
        const cells = [
          check_name,
          partition ?? "",
          latest.type === "ASSET_CHECK_EVALUATION" ? outcome(latest) : "",
          time(latest.timestamp),
          String(evaluations),
        ];
        return key === undefined ? [formatAssetKey(asset_key), ...cells] : cells;
      });
      console.log(table(key === undefined ? ["ASSET", ...headers] : headers, rows));
      noteMore(list);
    });
  });
