import { Argument, Option } from "@commander-js/extra-typings";
import { type AssetKey, formatAssetKey, formatEvent, type RecordedEvent } from "../../../core/index.ts";
import { answers, readAnswer } from "../../client/answers.ts";
import { RunlessClientError } from "../../client/client-error.ts";
import type { Call, Send } from "../../client/http-sender.ts";
import { printable } from "../../config/printable.ts";
import { CommandError, exitCodes } from "../exit-code.ts";
import { examples, logCommand, readAssetKey, readEventId } from "../log-command.ts";
import { ask } from "../prompt.ts";
import { withLog } from "../with-log.ts";

export const wipeCommand = logCommand("wipe")
  .description("Wipe all events of an asset, of one of its partitions, or one event. Asks first.")
  .addArgument(new Argument("[key]", "the asset: parts joined by / or a JSON array").argParser(readAssetKey))
  .option("--partition <partition>", "only this partition of the asset")
  .addOption(new Option("--without-partition", "only the events that have no partition").conflicts("partition"))
  .option("--event <id>", "one event, instead of an asset", readEventId)
  .option("--yes", "don't ask")
  .option("--json", "answer the trace that the wipe leaves in the log, as JSON")
  .addHelpText("after", examples("wipe s3/orders", "wipe s3/orders --partition 2026-11-23 --yes", "wipe --event 42"))
  .action(async (key, { partition: named, withoutPartition, event, yes, json, ...options }) => {
    const partition = withoutPartition === true ? null : named;
    if ((key === undefined) === (event === undefined) || (event !== undefined && partition !== undefined)) {
      throw new CommandError(exitCodes.usage, "Give an asset's key, with --partition or without, or --event.");
    }
    const { what, path, query } = plan(key, partition, event);
    await withLog(options, async ({ send }) => {
      if (yes !== true && !(await ask(`Wipe ${printable(what)}? It can't be undone. [y/N] `))) {
        throw new CommandError(exitCodes.failed, "Nothing was wiped. Answer y, or give --yes where nobody can answer.");
      }
      const trace = await wipe(send, path, query);
      if (trace === undefined)
        throw new CommandError(exitCodes.failed, `There is nothing to wipe: ${printable(what)}.`);
      console.log(json === true ? formatEvent(trace) : `Wiped ${printable(what)}; event ${trace.id} says so.`);
    });
  });

/** What to wipe, in words and as a call of the API. */
function plan(
  key: AssetKey | undefined,
  partition: string | null | undefined,
  event: number | undefined,
): Pick<Call, "path" | "query"> & { readonly what: string } {
  if (key === undefined) return { what: `event ${event}`, path: `events/${event}`, query: {} };
  const asset = { asset_key: JSON.stringify(key) };
  if (partition === null) {
    const what = `all events without a partition of asset ${formatAssetKey(key)}`;
    return { what, path: "assets", query: { ...asset, no_partition: "true" } };
  }
  const whose = partition === undefined ? "" : `partition ${JSON.stringify(partition)} of `;
  const what = `all events of ${whose}asset ${formatAssetKey(key)}`;
  return { what, path: "assets", query: { ...asset, partition } };
}

/** Undefined if there is nothing to wipe. */
async function wipe(send: Send, path: string, query: Call["query"]): Promise<RecordedEvent | undefined> {
  try {
    const text = await send({ method: "DELETE", path, query: query ?? {}, signal: undefined });
    return readAnswer(answers.wiped, text).wiped;
  } catch (error) {
    if (error instanceof RunlessClientError && error.code === "not_found") return undefined;
    throw error;
  }
}
