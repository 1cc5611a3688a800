import { setTimeout as delay } from "node:timers/promises";
import { parseEvent } from "../../core/index.ts";
import { eventCells } from "./event-cells.ts";
import { type FilterOptions, filterCommand, filterQuery, formatQuery } from "./event-filter.ts";
import { sentenceOf } from "./exit-code.ts";
import { examples, readCount } from "./log-command.ts";
import { readStream } from "./read-stream.ts";
import { paint, printable } from "./table.ts";
import { bodyOf, type OpenLog, withLog } from "./with-log.ts";

const reconnectDelay = 1000;

export const tailCommand = filterCommand("tail")
  .summary("Show events as they are recorded.")
  .description("Show events as they are recorded, until it is interrupted. A lost connection is taken up where it was.")
  .option("--limit <count>", "end after so many", readCount)
  .option("--json", "one JSON object a line")
  .addHelpText("after", examples("tail", "tail --prefix s3 --type check", "tail --after 0 --json"))
  .action(async ({ json, limit = Number.POSITIVE_INFINITY, ...options }) => {
    await withLog(options, { writes: false }, async (log) => {
      let left = limit;
      for await (const data of follow(log, options)) {
        console.log(json === true ? data : formatLine(data));
        if (--left === 0) return;
      }
    });
  });

/** The events as they come, as JSON. */
async function* follow({ fetch }: OpenLog, options: FilterOptions): AsyncGenerator<string> {
  const path = `events/stream${formatQuery(filterQuery(options))}`;
  let lastId: string | undefined;
  for (;;) {
    const request = new AbortController();
    try {
      const headers = lastId === undefined ? undefined : { "last-event-id": lastId };
      const response = await fetch(path, { signal: request.signal, ...(headers && { headers }) });
      for await (const { id, event, data } of readStream(await bodyOf(`GET ${path}`, response))) {
        lastId = id ?? lastId;
        if (event?.startsWith("ASSET_") === true && data !== undefined) yield data;
        if (event === "pruned") console.error("runless: warning: events were deleted before they could be shown");
      }
    } catch (error) {
      // Who never got an answer has most likely asked in the wrong place.
      if (lastId === undefined) throw error;
      console.error(`runless: the connection was lost, and is tried again: ${sentenceOf(error)}`);
    } finally {
      request.abort();
    }
    await delay(reconnectDelay);
  }
}

function formatLine(data: string): string {
  const [id = "", time = "", type = "", ...rest] = eventCells(parseEvent(data)).map((cell) =>
    typeof cell === "string" ? printable(cell) : paint(cell.style, printable(cell.text)),
  );
  return [id.padStart(6), time, type.padEnd(15), ...rest.filter((text) => text !== "")].join("  ");
}
