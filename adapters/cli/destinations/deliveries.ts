import { Argument, Command, Option } from "@commander-js/extra-typings";
import * as v from "valibot";
import { deliveryStatuses } from "../../../core/destinations/delivery.ts";
import { printable } from "../../config/printable.ts";
import { usageError } from "../exit-code.ts";
import { cursorOption, examples, limitOption } from "../log-command.ts";
import { moment, momentCell } from "../reading/event-cells.ts";
import { formatList, noteMore, readList } from "../reading/read-list.ts";
import { type Cell, table } from "../table.ts";
import { type OpenLog, withLog } from "../with-log.ts";
import { type AskOptions, ask, askSender, readId } from "./ask-sender.ts";

const deliverySchema = v.object({
  id: v.number(),
  destination: v.string(),
  type: v.string(),
  event_id: v.nullable(v.number()),
  status: v.string(),
  attempts: v.number(),
  created_at: moment,
  next_at: moment,
  answer: v.nullable(v.string()),
});

const headers = ["ID", "DESTINATION", "TYPE", "EVENT", "STATUS", "ATTEMPTS", "QUEUED", "NEXT", "ANSWER"];
const longestAnswer = 80;
const mostAtOnce = 1000;

/** What all of these inherit from `runless destinations`. */
function optionsOf(command: { optsWithGlobals(): object }): AskOptions {
  return command.optsWithGlobals();
}

export const deliveriesCommand = new Command("deliveries")
  .summary("List messages, and what became of them.")
  .description("List messages to destinations, newest first, and what became of them.")
  .option("--destination <name>", "only to this one")
  .addOption(new Option("--status <status>", "only those with this status").choices(deliveryStatuses))
  .option(...limitOption)
  .option(...cursorOption)
  .addHelpText(
    "after",
    examples("destinations deliveries", "destinations deliveries --destination loader --status dead"),
  )
  .action((query, command) => list(query, optionsOf(command)));

export const parkedCommand = new Command("parked")
  .summary("List events that a Dagster refused.")
  .description("List events that a Dagster refused for what they are, and that wait for you: retry or drop them.")
  .argument("[name]", "only of this destination")
  .option(...limitOption)
  .option(...cursorOption)
  .addHelpText("after", examples("destinations parked", "destinations parked prod-dagster"))
  .action((destination, page, command) => list({ ...page, destination, status: "parked" }, optionsOf(command)));

export const retryCommand = new Command("retry")
  .summary("Send a parked event once more, or all of them.")
  .description("Send an event that a Dagster refused once more, or all of a destination.")
  .addArgument(new Argument("[id]", "the delivery's id").argParser(readId))
  .option("--all <name>", "all that are parked of this destination")
  .addHelpText("after", examples("destinations retry 42", "destinations retry --all prod-dagster"))
  .action(async (id, { all }, command) => {
    const options = optionsOf(command);
    if ((id === undefined) === (all === undefined)) throw usageError("Say what is sent: an id, or --all <name>.");
    await withLog(options, async (log) => {
      const ids = id === undefined ? await parkedOf(log, all ?? "") : [id];
      for (const one of ids) await ask(log, `deliveries/${one}/redeliver`, options.json);
    });
  });

export const redeliverCommand = deliveryCommand("redeliver", "Send a message once more, under the id that it had.");
export const dropCommand = deliveryCommand("drop", "Give up a message that is to be sent, or is parked.");

function deliveryCommand(action: "redeliver" | "drop", summary: string) {
  return new Command(action)
    .summary(summary)
    .description(summary)
    .addArgument(new Argument("<id>", "the delivery's id").argParser(readId))
    .addHelpText("after", examples(`destinations ${action} 42`))
    .action((id, _, command) => askSender(`deliveries/${id}/${action}`, optionsOf(command)));
}

interface Listed {
  readonly destination?: string | undefined;
  readonly status?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

async function list({ destination, status, limit, cursor }: Listed, { json, ...options }: AskOptions): Promise<void> {
  await withLog(options, async (log) => {
    const query = { destination, status };
    const found = await readList(log, { path: "destinations/deliveries", name: "deliveries", query, limit, cursor });
    if (json === true) return console.log(formatList("deliveries", found));
    console.log(table(headers, v.parse(v.array(deliverySchema), found.items).map(deliveryCells)));
    noteMore(found);
  });
}

async function parkedOf(log: OpenLog, destination: string): Promise<readonly number[]> {
  const query = { destination, status: "parked" };
  const asked = { path: "destinations/deliveries", name: "deliveries", query, limit: mostAtOnce, cursor: undefined };
  const { items } = await readList(log, asked);
  // The oldest first, in the order in which they were recorded.
  return v
    .parse(v.array(deliverySchema), items)
    .map(({ id }) => id)
    .toReversed();
}

function deliveryCells(one: v.InferOutput<typeof deliverySchema>): readonly Cell[] {
  const style = one.status === "dead" ? "red" : one.status === "delivered" ? "green" : undefined;
  return [
    String(one.id),
    one.destination,
    one.type,
    one.event_id === null ? "" : String(one.event_id),
    style === undefined ? one.status : { text: one.status, style },
    String(one.attempts),
    momentCell(one.created_at),
    momentCell(one.next_at),
    printable((one.answer ?? "").split("\n", 1)[0] ?? "").slice(0, longestAnswer),
  ];
}
