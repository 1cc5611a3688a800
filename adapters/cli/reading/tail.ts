import { parseEvent } from "../../../core/index.ts";
import { printable } from "../../config/printable.ts";
import { examples, readCount } from "../log-command.ts";
import { paint } from "../table.ts";
import { type OpenLog, unlessInterrupted, withLog } from "../with-log.ts";
import { eventCells } from "./event-cells.ts";
import { filterCommand, filterQuery, formatQuery } from "./event-filter.ts";
import { followStream } from "./follow-stream.ts";

export const tailCommand = filterCommand("tail")
  .description("Show events as they are recorded, until it is interrupted. A lost connection is taken up where it was.")
  .option("--limit <count>", "end after so many", readCount)
  .option("--json", "one JSON object a line")
  .addHelpText("after", examples("tail", "tail --prefix s3 --type check", "tail --after 0 --json"))
  .action(async ({ json, limit = Number.POSITIVE_INFINITY, ...options }) => {
    const path = `events/stream${formatQuery(filterQuery(options))}`;
    const follow = async (log: OpenLog, interrupted: AbortSignal) => {
      let left = limit;
      for await (const { event, data } of followStream(log.fetch, path, { interrupted })) {
        if (event === "pruned") console.error("runless: warning: events were deleted before they could be shown");
        if (event?.startsWith("ASSET_") !== true || data === undefined) continue;
        console.log(json === true ? data : formatLine(data));
        if (--left === 0) return;
      }
    };
    await withLog(options, (log) => unlessInterrupted((interrupted) => follow(log, interrupted)));
  });

function formatLine(data: string): string {
  const [id = "", time = "", type = "", ...rest] = eventCells(parseEvent(data)).map((cell) =>
    typeof cell === "string" ? printable(cell) : paint(cell.style, printable(cell.text)),
  );
  return [id.padStart(6), time, type.padEnd(15), ...rest.filter((text) => text !== "")].join("  ");
}
