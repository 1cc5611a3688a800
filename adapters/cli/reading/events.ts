import { Option } from "@commander-js/extra-typings";
import { readEvent } from "../../../core/events/wire.ts";
import { cursorOption, examples, jsonOption, limitOption, readEventId } from "../log-command.ts";
import { table } from "../table.ts";
import { withLog } from "../with-log.ts";
import { eventCells, eventHeaders } from "./event-cells.ts";
import { filterCommand, filterQuery } from "./event-filter.ts";
import { formatList, noteMore, readList } from "./read-list.ts";

export const eventsCommand = filterCommand("events")
  .description("List events, newest first.")
  .option("--before <id>", "recorded before this event", readEventId)
  .addOption(new Option("--order <order>", "by id").choices(["asc", "desc"]))
  .option(...limitOption)
  .option(...cursorOption)
  .option(...jsonOption)
  .addHelpText(
    "after",
    examples(
      "events --limit 10",
      "events --asset-key s3/orders --type materialization --since yesterday",
      "events --since 2026-11-23T06:00:00Z --until 2026-11-24",
      "events --type check --prefix s3 --json",
    ),
  )
  .action(async ({ limit, cursor, json, ...options }) => {
    await withLog(options, async (log) => {
      const list = await readList(log, { path: "events", name: "events", query: filterQuery(options), limit, cursor });
      if (json === true) return console.log(formatList("events", list));
      console.log(table(eventHeaders, list.items.map(readEvent).map(eventCells)));
      noteMore(list);
    });
  });
