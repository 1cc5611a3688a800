import type { AssetKey } from "../asset-key.ts";
import type { JsonNumber, JsonValue } from "../json/json-value.ts";

/** A metadata value with the type that Dagster (or Dagster Pipes, for the ones it can't infer) gives it. */
export type MetadataValue =
  | { readonly type: "text" | "url" | "path" | "notebook" | "md" | "dagster_run"; readonly rawValue: string }
  | { readonly type: "int"; readonly rawValue: JsonNumber }
  /** NaN and ±Infinity are floats too. */
  | { readonly type: "float"; readonly rawValue: number }
  | { readonly type: "bool"; readonly rawValue: boolean }
  | { readonly type: "null"; readonly rawValue: null }
  | { readonly type: "asset"; readonly rawValue: AssetKey }
  /** Seconds since 1970, UTC. */
  | { readonly type: "timestamp"; readonly rawValue: number }
  | JsonMetadataValue;

/** JSON of any shape. A large one is parsed only when `rawValue` is read. */
export interface JsonMetadataValue {
  readonly type: JsonType;
  readonly rawValue: JsonValue;
}
/** The types whose values are JSON of any shape. A new one has its place here, so that none of its readers can miss it. */
const jsonTypes = { json: true, table: true, table_schema: true, table_column_lineage: true } as const;
export type JsonType = keyof typeof jsonTypes;

export function isJsonType(type: string): type is JsonType {
  return Object.hasOwn(jsonTypes, type);
}

export interface Metadata {
  readonly [name: string]: MetadataValue;
}
