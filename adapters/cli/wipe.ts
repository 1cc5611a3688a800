import { createInterface } from "node:readline";
import { Argument } from "@commander-js/extra-typings";
import { type AssetKey, formatAssetKey, formatEvent, type RecordedEvent } from "../../core/index.ts";
import { answers, readAnswer } from "../client/answers.ts";
import { CommandError, exitCodes } from "./exit-code.ts";
import { examples, logCommand, readAssetKey, readEventId } from "./log-command.ts";
import { printable } from "./table.ts";
import { type OpenLog, withLog } from "./with-log.ts";

export const wipeCommand = logCommand("wipe")
  .description("Wipe all events of an asset, of one of its partitions, or one event. Asks first.")
  .addArgument(new Argument("[key]", "the asset: parts joined by / or a JSON array").argParser(readAssetKey))
  .option("--partition <partition>", "only this partition of the asset")
  .option("--event <id>", "one event, instead of an asset", readEventId)
  .option("--yes", "don't ask")
  .option("--json", "answer the trace that the wipe leaves in the log, as JSON")
  .addHelpText("after", examples("wipe s3/orders", "wipe s3/orders --partition 2026-11-23 --yes", "wipe --event 42"))
  .action(async (key, { partition, event, yes, json, ...options }) => {
    if ((key === undefined) === (event === undefined) || (event !== undefined && partition !== undefined)) {
      throw new CommandError(exitCodes.usage, "Give an asset's key, with --partition or without, or --event.");
    }
    const [what, wipe] = plan(key, partition, event);
    await withLog(options, { writes: false }, async (log) => {
      if (yes !== true && !(await ask(`Wipe ${printable(what)}? It can't be undone. [y/N] `))) {
        throw new CommandError(exitCodes.failed, "Nothing was wiped. Answer y, or give --yes where nobody can answer.");
      }
      const trace = await wipe(log);
      if (trace === undefined)
        throw new CommandError(exitCodes.failed, `There is nothing to wipe: ${printable(what)}.`);
      console.log(json === true ? formatEvent(trace) : `Wiped ${printable(what)}; event ${trace.id} says so.`);
    });
  });

type Wipe = (log: OpenLog) => Promise<RecordedEvent | undefined>;

/** What is to be wiped, in words and in deed. */
function plan(
  key: AssetKey | undefined,
  partition: string | undefined,
  event: number | undefined,
): readonly [string, Wipe] {
  if (key === undefined) return [`event ${event}`, (log) => wipeEvent(log, event)];
  const asset = `asset ${formatAssetKey(key)}`;
  if (partition === undefined) return [`all events of ${asset}`, async ({ api }) => (await api.wipeAssets([key]))[0]];
  return [
    `all events of partition ${JSON.stringify(partition)} of ${asset}`,
    async ({ api }) => (await api.wipeAssetPartitions(key, [partition]))[0],
  ];
}

async function wipeEvent({ send }: OpenLog, id: number | undefined): Promise<RecordedEvent> {
  const text = await send({ method: "DELETE", path: `events/${id}`, signal: undefined });
  return readAnswer(answers.wiped, text).wiped;
}

/** False without a yes: an input that has ended says nothing. */
async function ask(question: string): Promise<boolean> {
  process.stderr.write(question);
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) return /^y(es)?$/i.test(line.trim());
  return false;
}
