import { type AssetKey, namedKey, parseAssetKey } from "../asset-key.ts";
import { describe } from "../describe.ts";
import {
  isJsonObject,
  isNumberText,
  isPlainObject,
  isStringMap,
  type JsonValue,
  numberText,
  setMember,
} from "../json/json-value.ts";
import { InvalidEventError } from "./invalid-event-error.ts";
import { type MetadataInput, NotJsonError } from "./metadata.ts";
import type { Metadata, MetadataValue } from "./metadata-value.ts";

/** What every event has. */
export interface EventFields {
  readonly assetKey: AssetKey;
  readonly partition: string | null;
  /** When it happened, in milliseconds since 1970 UTC; null stands for the clock of the log that records it. */
  readonly timestamp: number | null;
  readonly description: string | null;
  /** A data version stands here, under `dagster/data_version`. */
  readonly tags: Tags;
  readonly metadata: Metadata;
}

export type Tags = Readonly<Record<string, string>>;
export type AssetCheckSeverity = "WARN" | "ERROR";

/** What an evaluation of a check has besides. */
export interface CheckFields {
  readonly checkName: string;
  readonly passed: boolean;
  readonly severity: AssetCheckSeverity;
}

export interface EventOptions {
  readonly partition?: string | null;
  /** A Date, or milliseconds since 1970 UTC. Default: the clock of the log that records the event. */
  readonly timestamp?: Date | number | null;
  readonly description?: string | null;
  readonly dataVersion?: string | null;
  readonly tags?: Tags | null;
  readonly metadata?: MetadataInput | null;
}

export interface AssetCheckOptions extends EventOptions {
  readonly checkName: string;
  readonly passed: boolean;
  /** How much a failure matters. Default: ERROR. */
  readonly severity?: AssetCheckSeverity | null;
}

const dataVersionTag = "dagster/data_version";
const dataVersionIsUserProvidedTag = "dagster/data_version_is_user_provided";

/**
 * The data version that an event carries, or null.
 *
 * @example
 * console.log(dataVersionOf(observation("warehouse/orders", { dataVersion: "v2" }))); // v2
 */
export function dataVersionOf(event: Pick<EventFields, "tags">): string | null {
  return event.tags[dataVersionTag] ?? null;
}

/**
 * The key as given, or a string split as `parseAssetKey` does. Throws InvalidEventError if all parts are empty.
 *
 * @example
 * console.log(assetKeyOf("warehouse/orders")); // [ 'warehouse', 'orders' ]
 */
export function assetKeyOf(key: AssetKey | string): AssetKey {
  const parts = typeof key === "string" ? parseAssetKey(key) : namedKey(key.map((part) => part.toWellFormed()));
  if (parts === undefined) {
    throw new InvalidEventError("asset_key", `Param "asset_key" has no part that is not empty. Got ${describe(key)}.`);
  }
  return parts;
}

export type EventInput = { readonly [Field in keyof (EventOptions & AssetCheckOptions)]?: unknown };

/** The fields that every event has, checked. `readValue` gives a metadata value its type. */
export function eventFields(
  assetKey: AssetKey | string,
  input: EventInput,
  readValue: (value: unknown) => MetadataValue,
): EventFields {
  if (Object(input) !== input) throw wrong("options", "a dict", input);
  const partition = textOf(input.partition, "partition");
  const timestamp = timestampOf(input.timestamp);
  const description = textOf(input.description, "description");
  const dataVersion = versionOf(input.dataVersion);
  const tags = tagsOf(input.tags, dataVersion);
  return {
    assetKey: assetKeyOf(assetKey),
    partition,
    timestamp,
    description,
    tags,
    metadata: checkMetadata(input.metadata, readValue),
  };
}

/** The fields that an evaluation of a check has besides, checked. */
export function checkFields({ checkName, passed, severity }: EventInput): CheckFields {
  if (typeof checkName !== "string") throw wrong("check_name", "a str", checkName);
  if (typeof passed !== "boolean") throw wrong("passed", "a bool", passed);
  return { checkName: checkName.toWellFormed(), passed, severity: severityOf(severity) };
}

// Plain code, not schemas: every report is parsed here, and schemas took half of that time.
function textOf(value: unknown, parameter: string): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return value.toWellFormed();
  throw wrong(parameter, "a str", value);
}

function versionOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return value.toWellFormed();
  // Tags are strings. A number keeps the digits of its JSON text.
  if (isNumberText(value)) return value[numberText];
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw wrong("data_version", "a str", value);
}

function timestampOf(value: unknown): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "number" && !(value instanceof Date)) throw wrong("timestamp", "a Date or a number", value);
  const milliseconds = Math.floor(Number(value));
  if (Number.isNaN(new Date(milliseconds).getTime())) throw wrong("timestamp", "a time", milliseconds);
  return milliseconds;
}

function tagsOf(value: unknown, dataVersion: string | null): Tags {
  const tags: { [name: string]: string } = {};
  if (value !== undefined && value !== null) {
    if (!isStringMap(value)) throw wrong("tags", "a dict of str", value);
    for (const name of Object.keys(value)) setMember(tags, name.toWellFormed(), (value[name] ?? "").toWellFormed());
  }
  if (dataVersion !== null) {
    tags[dataVersionTag] = dataVersion;
    tags[dataVersionIsUserProvidedTag] = "true";
  }
  return tags;
}

/** The error of a value that is not what a parameter takes. */
export function wrong(parameter: string, expected: string, came: unknown): InvalidEventError {
  return new InvalidEventError(parameter, `Param "${parameter}" is not ${expected}. Got ${describe(came)}.`);
}

function severityOf(value: unknown): AssetCheckSeverity {
  if (value === undefined || value === null) return "ERROR";
  if (value === "WARN" || value === "ERROR") return value;
  throw wrong("severity", "WARN or ERROR", value);
}

function checkMetadata(input: unknown, readValue: (value: unknown) => MetadataValue): Metadata {
  if (input === undefined || input === null) return {};
  const dict = input as JsonValue; // a guess that is checked
  if (!isPlainObject(dict) || !isJsonObject(dict)) throw wrong("metadata", "a dict", input);
  const metadata: { [name: string]: MetadataValue } = {};
  for (const name of Object.keys(dict)) setMember(metadata, name.toWellFormed(), resolve(name, dict[name], readValue));
  return metadata;
}

function resolve(name: string, value: unknown, readValue: (value: unknown) => MetadataValue): MetadataValue {
  try {
    return readValue(value);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const why = error instanceof NotJsonError ? `${reason} at ${["metadata", name, ...error.path].join(".")}.` : reason;
    throw new InvalidEventError(
      "metadata",
      `Could not resolve the metadata value for "${name}" to a known type: ${why}`,
    );
  }
}
