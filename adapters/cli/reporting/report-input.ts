import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import type { AssetKey } from "../../../core/asset-key.ts";
import { type EventReport, parseEventInput } from "../../../core/events/event-input.ts";
import { parseJson } from "../../../core/json/json.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../core/json/json-value.ts";
import { printable } from "../../config/printable.ts";
import { sentenceOf } from "../exit-code.ts";
import { createOption, logCommand, readAssetKey } from "../log-command.ts";
import { type DeliveryOptions, deliver } from "./deliver.ts";
import { readPartitionRange } from "./partition-range.ts";

export const noSpool = [
  "--no-spool",
  "fail where the server is away, instead of keeping the report for later",
] as const;

/** How `--metadata` is read. */
export const valuesHelp =
  "numbers (5, 0.50, 1e-3), true and false are read as such, all else is text (007, True, 1.2.3). A text that looks " +
  `like a number: --metadata-json '{"release": "1.10"}'`;

/** A command that reports an event of an asset. */
export function reportingCommand(name: string) {
  return logCommand(name)
    .argument("<key>", "the asset: parts joined by / or a JSON array", readAssetKey)
    .option("--partition <partition>", "what part of the asset it is about")
    .addOption(
      new Option("--partitions <dates>", "one event for each day from one date to another: 2026-09-01..2026-11-29")
        .argParser(readPartitionRange)
        .conflicts("partition"),
    )
    .option("--metadata <name=value>", `repeatable; ${valuesHelp}`, addPair, {})
    .option("--metadata-json <object>", "metadata as a JSON object", readObject)
    .option("--data-version <version>", "the version of the data")
    .option("--description <text>", "what happened, in words")
    .option(
      "--timestamp <time>",
      "when it happened: RFC 3339, as 2026-11-30T05:50:00Z, or seconds since 1970 (default: now)",
    )
    .option("--idempotency-key <key>", "the same event under the same key is recorded once")
    .option(...noSpool)
    .option(...createOption)
    .option("--json", "answer as JSON");
}

export interface ReportOptions {
  readonly partition?: string | undefined;
  readonly partitions?: readonly string[] | undefined;
  readonly metadata: JsonObject;
  readonly metadataJson?: JsonObject | undefined;
  readonly dataVersion?: string | undefined;
  readonly description?: string | undefined;
  readonly timestamp?: string | undefined;
  readonly idempotencyKey?: string | undefined;
}

/** The events that the options describe: one, or one for each of the partitions. Throws InvalidEventError. */
export function readReports(
  type: string,
  key: AssetKey,
  options: ReportOptions,
  more: JsonObject = {},
): readonly EventReport[] {
  const input = {
    type,
    asset_key: key,
    partition: options.partition ?? null,
    partitions: options.partitions ?? null,
    timestamp: options.timestamp ?? null,
    description: options.description ?? null,
    data_version: options.dataVersion ?? null,
    metadata: { ...options.metadataJson, ...options.metadata },
    idempotency_key: options.idempotencyKey ?? null,
    ...more,
  };
  return parseEventInput(input, { now: Date.now() });
}

/** As `readReports`, of options that name no partitions. */
export function readReport(type: string, key: AssetKey, options: ReportOptions): EventReport {
  const [report] = readReports(type, key, options);
  if (report === undefined) throw new TypeError("An input without partitions is one event.");
  return report;
}

/** Reports events as one and says what became of them. */
export async function sendReports(options: SendOptions, reports: readonly EventReport[]): Promise<void> {
  const delivery = await deliver(options, reports);
  const isOne = options.partitions === undefined;
  if (delivery.status === "kept") {
    console.error(`runless: ${keptSentence(delivery.path, delivery.reason)}`);
    const answer = isOne ? { id: null, duplicate: false } : { recorded: 0, duplicates: 0, ids: [] };
    if (options.json === true) console.log(JSON.stringify({ ...answer, kept: delivery.path }));
    return;
  }
  const { ids, duplicates, where } = delivery;
  const recorded = ids.length - duplicates;
  if (options.json === true) {
    console.log(JSON.stringify(isOne ? { id: ids[0], duplicate: duplicates > 0 } : { recorded, duplicates, ids }));
  } else if (isOne) {
    console.log(`${duplicates > 0 ? "Recorded before, as" : "Recorded as"} event ${ids[0]}${where}.`);
  } else {
    const before = duplicates === 0 ? "" : `, ${duplicates} recorded before`;
    console.log(`${recorded} events recorded${before}: ${ids[0]} to ${ids.at(-1)}${where}.`);
  }
}

interface SendOptions extends DeliveryOptions {
  readonly partitions?: readonly string[] | undefined;
  readonly json?: boolean | undefined;
}

export function keptSentence(path: string, reason: string): string {
  return `${printable(reason)} The report is kept in ${path}: the next call or runless flush sends it.`;
}

/** Adds `name=value` to the pairs before it. */
export function addPair(text: string, before: JsonObject): JsonObject {
  const [, name = "", value = ""] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === "") throw new InvalidArgumentError("It must be name=value.");
  return Object.fromEntries([...Object.entries(before), [name, readValue(value)]]);
}

const decimal = /^[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/** A number as JSON, or as printf, awk and bc write it (`+1.50`, `.5`, `5.`). All else is text: 007 is a name. */
function readValue(text: string): JsonValue {
  if (text === "true" || text === "false") return text === "true";
  if (!decimal.test(text)) return text;
  const isFloat = /[.e]/i.test(text);
  if (isFloat && !Number.isFinite(Number(text))) return text;
  return parseJson(
    text
      .replace("+", "")
      .replace(/^(-?)\./, "$10.")
      .replace(/\.(?!\d)/, ".0"),
  );
}

export function readObject(text: string): JsonObject {
  let json: JsonValue;
  try {
    json = parseJson(text);
  } catch (error) {
    throw new InvalidArgumentError(`It must be a JSON object: ${sentenceOf(error)}.`);
  }
  if (isJsonObject(json)) return json;
  throw new InvalidArgumentError('It must be a JSON object, as {"rows": 5}.');
}
