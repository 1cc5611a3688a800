import { Argument } from "@commander-js/extra-typings";
import * as v from "valibot";
import { readAnswer } from "../../client/answers.ts";
import { printable } from "../../config/printable.ts";
import { usageError } from "../exit-code.ts";
import { examples, jsonOption, logCommand } from "../log-command.ts";
import { moment, momentCell } from "../reading/event-cells.ts";
import { type Cell, table } from "../table.ts";
import { withLog } from "../with-log.ts";
import { type AskOptions, askSender, readId } from "./ask-sender.ts";
import { deliveriesCommand, dropCommand, parkedCommand, redeliverCommand, retryCommand } from "./deliveries.ts";

const destinationSchema = v.object({
  name: v.string(),
  type: v.string(),
  status: v.string(),
  reason: v.nullable(v.string()),
  pending: v.number(),
  oldest_at: moment,
  held: v.number(),
  parked: v.number(),
  dead: v.number(),
  pruned_events: v.number(),
});
const listSchema = v.object({ destinations: v.array(destinationSchema), is_sending: v.boolean() });

const listHeaders = ["NAME", "TYPE", "STATUS", "PENDING", "OLDEST", "HELD", "PARKED", "DEAD", "PRUNED", "REASON"];

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
  .action(list);

destinationsCommand
  .command("list")
  .summary("The same: who is told, and how far each is.")
  .description("List who is told of events and alerts, and how far each is.")
  .addHelpText("after", examples("destinations list"))
  .action((_, command) => list(command.optsWithGlobals()));

async function list({ json, ...options }: AskOptions): Promise<void> {
  await withLog(options, async ({ send }) => {
    const text = await send({ method: "GET", path: "destinations", signal: undefined });
    if (json === true) return console.log(text);
    const { destinations, is_sending: isSending } = readAnswer(listSchema, text);
    console.log(table(listHeaders, destinations.map(destinationCells)));
    if (!isSending) console.error("No server tells destinations now: start one with --destinations <file>.");
  });
}

function destinationCells(one: v.InferOutput<typeof destinationSchema>): readonly Cell[] {
  const { name, type, status, reason, pending, oldest_at, held, parked, dead, pruned_events } = one;
  return [
    name,
    type,
    { text: status, style: status === "active" ? "green" : "red" },
    String(pending),
    momentCell(oldest_at),
    String(held),
    String(parked),
    String(dead),
    String(pruned_events),
    printable(reason ?? ""),
  ];
}

for (const command of [parkedCommand, retryCommand, redeliverCommand, dropCommand, deliveriesCommand]) {
  destinationsCommand.addCommand(command.copyInheritedSettings(destinationsCommand));
}

const name = () => new Argument("<name>", "the destination, as the file names it");

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
      askSender(`${encodeURIComponent(destination)}/${action}`, command.optsWithGlobals()),
    );
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
    return askSender(`${encodeURIComponent(destination)}/replay`, command.optsWithGlobals(), query);
  });
