import { Argument, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import * as v from "valibot";
import { deliveryStatuses } from "../../../core/destinations/delivery.ts";
import { readAnswer } from "../../client/answers.ts";
import { printable } from "../../config/printable.ts";
import { usageError } from "../exit-code.ts";
import { cursorOption, examples, jsonOption, limitOption, logCommand } from "../log-command.ts";
import { moment, momentCell } from "../reading/event-cells.ts";
import { formatList, noteMore, readList } from "../reading/read-list.ts";
import { type Cell, table } from "../table.ts";
import { withLog } from "../with-log.ts";

const destinationSchema = v.object({
  name: v.string(),
  type: v.string(),
  status: v.string(),
  reason: v.nullable(v.string()),
  pending: v.number(),
  oldest_at: moment,
  held: v.number(),
  dead: v.number(),
  pruned_events: v.number(),
});
const listSchema = v.object({ destinations: v.array(destinationSchema), is_sending: v.boolean() });

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

const requestedSchema = v.object({ requested: v.string(), destination: v.string() });

const listHeaders = ["NAME", "TYPE", "STATUS", "PENDING", "OLDEST", "HELD", "DEAD", "PRUNED", "REASON"];
const deliveryHeaders = ["ID", "DESTINATION", "TYPE", "EVENT", "STATUS", "ATTEMPTS", "QUEUED", "NEXT", "ANSWER"];
const longestAnswer = 80;

export const destinationsCommand = logCommand("destinations")
  .description("List who is told of events and alerts, and how far each is. Needs an admin token without a prefix.")
  .option(...jsonOption)
  .addHelpText(
    "after",
    examples(
      "destinations",
      "destinations test data-chat",
      "destinations deliveries --status dead",
      "destinations replay loader --from 1042",
    ),
  )
  .action(async ({ json, ...options }) => {
    await withLog(options, async ({ send }) => {
      const text = await send({ method: "GET", path: "destinations", signal: undefined });
      if (json === true) return console.log(text);
      const { destinations, is_sending: isSending } = readAnswer(listSchema, text);
      console.log(table(listHeaders, destinations.map(destinationCells)));
      if (!isSending) console.error("No server tells destinations now: start one with --destinations <file>.");
    });
  });

function destinationCells(one: v.InferOutput<typeof destinationSchema>): readonly Cell[] {
  const { name, type, status, reason, pending, oldest_at, held, dead, pruned_events } = one;
  return [
    name,
    type,
    { text: status, style: status === "active" ? "green" : "red" },
    String(pending),
    momentCell(oldest_at),
    String(held),
    String(dead),
    String(pruned_events),
    printable(reason ?? ""),
  ];
}

const name = () => new Argument("<name>", "the destination, as the file names it");
const delivery = () => new Argument("<id>", "the delivery's id").argParser(readId);

const actions = [
  ["test", "Send a test to a destination."],
  ["pause", "Send nothing to a destination until it is resumed."],
  ["resume", "Send to a destination again, from where it was."],
] as const;

for (const [action, summary] of actions) {
  destinationsCommand
    .command(action)
    .summary(summary)
    .description(summary)
    .addArgument(name())
    .addHelpText("after", examples(`destinations ${action} data-chat`))
    .action((destination, _, command) =>
      ask(`${encodeURIComponent(destination)}/${action}`, command.optsWithGlobals()),
    );
}

const deliveryActions = [
  ["redeliver", "Send a message once more, under the id that it had."],
  ["drop", "Give a message up that is to be sent."],
] as const;

for (const [action, summary] of deliveryActions) {
  destinationsCommand
    .command(action)
    .summary(summary)
    .description(summary)
    .addArgument(delivery())
    .addHelpText("after", examples(`destinations ${action} 42`))
    .action((id, _, command) => ask(`deliveries/${id}/${action}`, command.optsWithGlobals()));
}

destinationsCommand
  .command("replay")
  .summary("Send events once more, or all alerts that fire.")
  .description("Send the events after one once more, under the ids that their messages had, or all alerts that fire.")
  .addArgument(name())
  .option("--from <id>", "the events after this one", readId)
  .option("--firing", "all alerts that fire now")
  .option("--new-ids", "under other ids: receivers take them for new messages")
  .addHelpText("after", examples("destinations replay loader --from 1042", "destinations replay pager --firing"))
  .action((destination, { from, firing, newIds }, command) => {
    if ((from === undefined) === (firing !== true)) throw usageError("Say what is sent: --from <id>, or --firing.");
    const query = { after: from?.toString(), firing: firing && "true", new_ids: newIds && "true" };
    return ask(`${encodeURIComponent(destination)}/replay`, command.optsWithGlobals(), query);
  });

destinationsCommand
  .command("deliveries")
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
  .action(async ({ destination, status, limit, cursor }, command) => {
    const { json, ...options } = command.optsWithGlobals();
    await withLog(options, async (log) => {
      const query = { destination, status };
      const list = await readList(log, { path: "destinations/deliveries", name: "deliveries", query, limit, cursor });
      if (json === true) return console.log(formatList("deliveries", list));
      console.log(table(deliveryHeaders, v.parse(v.array(deliverySchema), list.items).map(deliveryCells)));
      noteMore(list);
    });
  });

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

type Options = Parameters<typeof withLog>[0] & { readonly json?: true | undefined };

async function ask(
  path: string,
  { json, ...options }: Options,
  query: Readonly<Record<string, string | undefined>> = {},
): Promise<void> {
  await withLog(options, async ({ send }) => {
    const text = await send({ method: "POST", path: `destinations/${path}`, query, signal: undefined });
    if (json === true) return console.log(text);
    const { requested, destination } = readAnswer(requestedSchema, text);
    console.log(`Asked the server that sends: ${requested} ${printable(destination)}.`);
  });
}

function readId(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("An id is a whole number.");
}
