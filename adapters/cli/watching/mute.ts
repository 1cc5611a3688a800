import { Argument, InvalidArgumentError } from "@commander-js/extra-typings";
import * as v from "valibot";
import { type AssetKey, formatAssetKey } from "../../../core/asset-key.ts";
import { parseDuration } from "../../../core/freshness/duration.ts";
import { readAnswer } from "../../client/answers.ts";
import { RunlessClientError } from "../../client/client-error.ts";
import { printable } from "../../config/printable.ts";
import { CommandError, exitCodes, usageError } from "../exit-code.ts";
import { examples, jsonOption, logCommand, readAssetKey, readTime } from "../log-command.ts";
import { moment, momentCell, time } from "../reading/event-cells.ts";
import { table } from "../table.ts";
import { type OpenLog, withLog } from "../with-log.ts";

const key = v.optional(v.array(v.string()));
const muteSchema = v.object({ asset_key: key, prefix: key, until: moment, by: v.nullable(v.string()) });
const mutesSchema = v.object({ mutes: v.array(muteSchema) });

export const muteCommand = logCommand("mute")
  .description(
    "Mute an asset for a while: its alerts fire and are listed, and nobody is told. Without a key: list what is muted.",
  )
  .addArgument(new Argument("[key]", "the asset: parts joined by / or a JSON array").argParser(readAssetKey))
  .option("--for <duration>", "for so long: 30m, 4h, 1d12h", readSpan)
  .option("--until <time>", "until a time (ISO 8601 with a zone) or a day of UTC (2026-12-24)", readUntil)
  .option("--prefix", "the key and all below it")
  .option(...jsonOption)
  .addHelpText(
    "after",
    examples("mute warehouse/orders --for 4h", "mute warehouse --prefix --until 2026-12-27T06:00:00+01:00", "mute"),
  )
  .action(async (key, { for: span, until, prefix, json, ...options }) => {
    if (key === undefined) {
      if (span !== undefined || until !== undefined || prefix === true) throw usageError("Give the key of an asset.");
      return withLog(options, (log) => listMutes(log, json === true));
    }
    if ((span === undefined) === (until === undefined))
      throw usageError("Say for how long: --for 4h, or --until <time>.");
    await withLog(options, async ({ send }) => {
      const name = prefix === true ? { prefix: key } : { asset_key: key };
      const end = span === undefined ? until : new Date(Date.now() + span).toISOString();
      const body = JSON.stringify({ ...name, until: end });
      const text = await send({ method: "POST", path: "alerts/mute", body, signal: undefined });
      if (json === true) return console.log(text);
      const muted = readAnswer(muteSchema, text);
      console.log(`Muted ${what(key, prefix === true)} until ${time(muted.until ?? 0)}.`);
    });
  });

export const unmuteCommand = logCommand("unmute")
  .description("End a mute before its time.")
  .addArgument(new Argument("<key>", "as it was muted: parts joined by / or a JSON array").argParser(readAssetKey))
  .option("--prefix", "the mute of the key and all below it")
  .option(...jsonOption)
  .addHelpText("after", examples("unmute warehouse/orders", "unmute warehouse --prefix"))
  .action(async (key, { prefix, json, ...options }) => {
    await withLog(options, async ({ send }) => {
      const name = { [prefix === true ? "prefix" : "asset_key"]: JSON.stringify(key) };
      try {
        const text = await send({ method: "DELETE", path: "alerts/mute", query: name, signal: undefined });
        console.log(json === true ? text : `Unmuted ${what(key, prefix === true)}.`);
      } catch (error) {
        if (!(error instanceof RunlessClientError) || error.code !== "not_found") throw error;
        const other = prefix === true ? "" : ", and --prefix ends that of a key and all below it";
        const hint = `runless mute lists what is${other}`;
        throw new CommandError(exitCodes.failed, `${what(key, prefix === true)} is not muted: ${hint}.`);
      }
    });
  });

async function listMutes({ send }: OpenLog, isJson: boolean): Promise<void> {
  const text = await send({ method: "GET", path: "alerts/mutes", signal: undefined });
  if (isJson) return console.log(text);
  const rows = readAnswer(mutesSchema, text).mutes.map(({ asset_key, prefix, until, by }) => [
    asset_key === undefined ? `${formatAssetKey(prefix ?? [])}/*` : formatAssetKey(asset_key),
    momentCell(until),
    by ?? "",
  ]);
  console.log(table(["MUTED", "UNTIL", "BY"], rows));
}

function what(key: AssetKey, isPrefix: boolean): string {
  return printable(isPrefix ? `${formatAssetKey(key)} and all below it` : formatAssetKey(key));
}

function readSpan(text: string): number {
  const span = parseDuration(text);
  if (span !== undefined && span > 0) return span;
  throw new InvalidArgumentError("It must be a duration: 30m, 4h, 1d12h.");
}

function readUntil(text: string): string {
  // For other commands a span is a time in the past.
  if (parseDuration(text) !== undefined) throw new InvalidArgumentError(`For so long: --for ${text}.`);
  return readTime(text);
}
