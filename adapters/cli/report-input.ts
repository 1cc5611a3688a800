import { InvalidArgumentError } from "@commander-js/extra-typings";
import type { AssetKey } from "../../core/asset-key.ts";
import { type EventReport, parseEventInput } from "../../core/event-input.ts";
import { parseJson } from "../../core/json.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json-value.ts";
import { type Delivery, type DeliveryOptions, deliver } from "./deliver.ts";
import { sentenceOf } from "./exit-code.ts";
import { createOption, logCommand, readAssetKey } from "./log-command.ts";
import { printable } from "./table.ts";

export const noSpool = [
  "--no-spool",
  "fail where the server is away, instead of keeping the report for later",
] as const;

/** A command that reports an event of an asset. */
export function reportingCommand(name: string) {
  return logCommand(name)
    .argument("<key>", "the asset: parts joined by / or a JSON array", readAssetKey)
    .option("--partition <partition>", "what part of the asset it is about")
    .option(
      "--metadata <name=value>",
      "repeatable; whole and decimal numbers, true and false are read as such",
      addPair,
      {},
    )
    .option("--metadata-json <object>", "metadata as a JSON object", readObject)
    .option("--data-version <version>", "the version of the data")
    .option("--description <text>", "what happened, in words")
    .option("--timestamp <time>", "when it happened: ISO 8601 with a zone, or seconds since 1970 (default: now)")
    .option("--idempotency-key <key>", "the same event under the same key is recorded once")
    .option(...noSpool)
    .option(...createOption)
    .option("--json", "answer as JSON");
}

export interface ReportOptions {
  readonly partition?: string | undefined;
  readonly metadata: JsonObject;
  readonly metadataJson?: JsonObject | undefined;
  readonly dataVersion?: string | undefined;
  readonly description?: string | undefined;
  readonly timestamp?: string | undefined;
  readonly idempotencyKey?: string | undefined;
}

/** The event that the options describe. Throws InvalidEventError. */
export function readReport(type: string, key: AssetKey, options: ReportOptions, more: JsonObject = {}): EventReport {
  const input = {
    type,
    asset_key: key,
    partition: options.partition ?? null,
    timestamp: options.timestamp ?? null,
    description: options.description ?? null,
    data_version: options.dataVersion ?? null,
    metadata: { ...options.metadataJson, ...options.metadata },
    idempotency_key: options.idempotencyKey ?? null,
    ...more,
  };
  const [report] = parseEventInput(input, { now: Date.now() });
  if (report === undefined) throw new TypeError("An input without partitions is one event.");
  return report;
}

/** Reports an event and says what became of it. */
export async function sendReport(options: SendOptions, report: EventReport): Promise<void> {
  const delivery = await deliver(options, [report]);
  if (delivery.status === "kept") return tellKept(delivery, options.json);
  const [id] = delivery.ids;
  const duplicate = delivery.duplicates > 0;
  if (options.json === true) console.log(JSON.stringify({ id, duplicate }));
  else console.log(`${duplicate ? "Recorded before, as" : "Recorded as"} event ${id}${delivery.where}.`);
}

interface SendOptions extends DeliveryOptions {
  readonly json?: boolean | undefined;
}

function tellKept({ path, reason }: Extract<Delivery, { status: "kept" }>, asJson: boolean | undefined): void {
  console.error(`runless: ${keptSentence(path, reason)}`);
  if (asJson === true) console.log(JSON.stringify({ id: null, duplicate: false, kept: path }));
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

// What would not be written back as it came is text: 1.10 is more likely a version, and 007 a name.
function readValue(text: string): JsonValue {
  return /^(true|false|-?(0|[1-9]\d*)(\.\d*[1-9])?)$/.test(text) ? parseJson(text) : text;
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
