import { type AssetKey, formatAssetKey, type RecordedEvent } from "../../../core/index.ts";
import { answers, readAnswer } from "../../client/answers.ts";
import { printable } from "../../config/printable.ts";
import { examples, jsonOption, logCommand, readAssetKey } from "../log-command.ts";
import { paint, table } from "../table.ts";
import { withLog } from "../with-log.ts";
import { eventCells, eventHeaders, time } from "./event-cells.ts";

export const assetCommand = logCommand("asset")
  .description("Show what is known of one asset now.")
  .argument("<key>", "the asset: parts joined by / or a JSON array", readAssetKey)
  .option(...jsonOption)
  .addHelpText("after", examples("asset s3/orders", `asset '["s3", "a/b"]' --json`))
  .action(async (key: AssetKey, { json, ...options }) => {
    await withLog(options, async ({ send }) => {
      const query = { asset_key: JSON.stringify(key) };
      const text = await send({ method: "GET", path: "assets", query, signal: undefined });
      if (json === true) return console.log(text);
      const { latestMaterialization, latestObservation, dataVersion, checks, counts, freshness } = readAnswer(
        answers.asset,
        text,
      );
      const { materializations, observations, checkEvaluations, partitions } = counts;
      const events = [latestMaterialization, latestObservation, ...checks];
      const latest = events.filter((event): event is RecordedEvent => event !== null);
      console.log(paint("bold", printable(formatAssetKey(key))));
      console.log(
        `${materializations} materializations, ${observations} observations, ${checkEvaluations} check evaluations, ${partitions} partitions`,
      );
      if (dataVersion !== null) console.log(`data version ${printable(dataVersion)}`);
      if (freshness !== null) {
        const { state, since, deadline } = freshness;
        const due = deadline === null ? "" : `, deadline ${time(deadline)}`;
        console.log(`freshness ${state} since ${time(since)}${due}`);
      }
      console.log(`\n${table(eventHeaders, latest.map(eventCells))}`);
    });
  });
