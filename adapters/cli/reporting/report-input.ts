import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import type { AssetKey } from "../../../core/asset-key.ts";
import { type EventReport, parseEventInput } from "../../../core/events/event-input.ts";
import { parseJson } from "../../../core/json/json.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../core/json/json-value.ts";
import { printable } from "../../config/printable.ts";
import { sentenceOf } from "../exit-code.ts";
import { createOption, logCommand, readAssetKey } from "../log-command.ts";
import { type DeliveryOptions, deliver } from "./deliver.ts";

export const noSpool = [
  "--no-spool",
  "fail where the server is away, instead of keeping the report for later",
] as const;

/** Explains how `--metadata` is read. */
export const valuesHelp =
  "numbers (5, 0.50, 1e-3), true and false are read as such, all else is text (007, True, 1.2.3). A text that looks " +
  `like a number: --metadata-json '{"release": "1.10"}'`;

/** A command that reports events of an asset. */
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

interface ReportOptions {
  readonly partition?: string | undefined;
  readonly partitions?: readonly string[] | undefined;
  readonly metadata: JsonObject;
  readonly metadataJson?: JsonObject | undefined;
  readonly dataVersion?: string | undefined;
  readonly description?: string | undefined;
  readonly timestamp?: string | undefined;
  readonly idempotencyKey?: string | undefined;
}

/** The events of the options: one, or one for each partition. Throws InvalidEventError. */
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

/** As `readReports`, for options without `partitions`. */
export function readReport(type: string, key: AssetKey, options: ReportOptions): EventReport {
  const [report] = readReports(type, key, options);
  if (report === undefined) throw new TypeError("An input without partitions is one event.");
  return report;
}

/** Reports events as one unit, and prints the outcome. */
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

/** Reads a number as in JSON, or as printf, awk and bc write it (`+1.50`, `.5`, `5.`). Other values, such as 007, are text. */
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

/** The default limit of a server on the events of one array. */
const mostDays = 10_000;
const day = 86_400_000;

/** Every day of a range of dates, including both: `2026-09-01..2026-11-29`, or a single date. */
export function readPartitionRange(text: string): readonly string[] {
  const [, first = "", last = first] = /^(\d{4}-\d\d-\d\d)(?:\.\.(\d{4}-\d\d-\d\d))?$/.exec(text) ?? [];
  const [from, to] = [timeOf(first), timeOf(last)];
  if (from === undefined || to === undefined) {
    throw new InvalidArgumentError("It must be the first and the last date, as 2026-09-01..2026-11-29.");
  }
  const count = (to - from) / day + 1;
  if (count < 1) throw new InvalidArgumentError(`The first date must not be after the last: ${last}..${first}?`);
  if (count > mostDays)
    throw new InvalidArgumentError(`These are ${count} days, and ${mostDays} are the most at once.`);
  return Array.from({ length: count }, (_, i) => new Date(from + i * day).toISOString().slice(0, 10));
}

/** Undefined for a date such as 2026-02-30, which `Date` would take for one in the next month. */
function timeOf(date: string): number | undefined {
  const time = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== date ? undefined : time;
}
