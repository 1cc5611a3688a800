import { Argument, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import * as v from "valibot";
import { parseId } from "../../../core/id.ts";
import { formatAssetKey } from "../../../core/index.ts";
import { readAnswer } from "../../client/answers.ts";
import { printable } from "../../config/printable.ts";
import { CommandError, exitCodes } from "../exit-code.ts";
import { cursorOption, examples, jsonOption, limitOption, logCommand, readAssetKey } from "../log-command.ts";
import { moment, momentCell } from "../reading/event-cells.ts";
import { formatList, noteMore, readList } from "../reading/read-list.ts";
import { type Cell, table } from "../table.ts";
import { withLog } from "../with-log.ts";

const alertSchema = v.object({
  id: v.number(),
  kind: v.string(),
  status: v.string(),
  severity: v.string(),
  asset_key: v.array(v.string()),
  partition: v.nullable(v.string()),
  check_name: v.nullable(v.string()),
  since: moment,
  resolved_at: moment,
  reason: v.string(),
  muted_until: moment,
});
type Alert = v.InferOutput<typeof alertSchema>;

const headers = ["ID", "SEVERITY", "ASSET", "PARTITION", "WHAT", "SINCE", "REASON", "RESOLVED", "MUTED UNTIL"];

export const alertsCommand = logCommand("alerts")
  .description("List what is late and which checks fail: alerts that fire now, or those of before.")
  .addOption(
    new Option("--status <status>", "those that fire, those that were resolved, or all")
      .choices(["firing", "resolved", "all"])
      .default("firing"),
  )
  .addOption(new Option("--kind <kind>", "only of this kind").choices(["freshness", "check"]))
  .option("--prefix <key>", "only of this asset and all below it", readAssetKey)
  .option("--asset-key <key>", "only of this asset", readAssetKey)
  .option(...limitOption)
  .option(...cursorOption)
  .option(...jsonOption)
  .addHelpText(
    "after",
    examples("alerts", "alerts --status resolved --prefix warehouse", "alerts --kind check --json", "alerts close 42"),
  )
  .action(async ({ status, kind, prefix, assetKey, limit, cursor, json, ...options }) => {
    await withLog(options, async (log) => {
      const keys = { prefix: prefix && JSON.stringify(prefix), asset_key: assetKey && JSON.stringify(assetKey) };
      const query = { ...keys, kind, status: status === "all" ? undefined : status };
      const list = await readList(log, { path: "alerts", name: "alerts", query, limit, cursor });
      if (json === true) return console.log(formatList("alerts", list));
      console.log(table(headers, v.parse(v.array(alertSchema), list.items).map(cells)));
      noteMore(list);
    });
  });

function cells(alert: Alert): readonly Cell[] {
  const { id, kind, status, severity, asset_key, partition, check_name, since, resolved_at, reason, muted_until } =
    alert;
  const style = status === "resolved" ? "dim" : severity === "WARN" ? "yellow" : "red";
  return [
    String(id),
    { text: severity, style },
    formatAssetKey(asset_key),
    partition ?? "",
    check_name === null ? kind : `${kind} ${check_name}`,
    momentCell(since),
    reason,
    momentCell(resolved_at),
    momentCell(muted_until),
  ];
}

alertsCommand
  .command("close")
  .summary("End an alert for good.")
  .description("End an alert for good, as one of a check that was renamed. It opens again only for a new failure.")
  .addArgument(new Argument("<id>", "the alert's id").argParser(readAlertId))
  .addHelpText("after", examples("alerts close 42", "alerts close 42 --url http://127.0.0.1:3000"))
  .action(async (id, _, command) => {
    // The options that name the log are those of `runless alerts`.
    const { json, ...options } = command.optsWithGlobals();
    await withLog(options, async ({ send }) => {
      const text = await send({ method: "POST", path: `alerts/${id}/close`, signal: undefined });
      if (json === true) return console.log(text);
      const { status, asset_key, reason } = readAnswer(alertSchema, text);
      const asset = printable(formatAssetKey(asset_key));
      if (status !== "resolved") throw new CommandError(exitCodes.failed, `Alert ${id} of ${asset} still fires.`);
      console.log(
        reason === "closed"
          ? `Closed alert ${id} of ${asset}.`
          : `Alert ${id} of ${asset} had ended already: ${reason}.`,
      );
    });
  });

function readAlertId(text: string): number {
  const id = parseId(text);
  if (id !== undefined) return id;
  throw new InvalidArgumentError("An alert's id is a whole number.");
}
