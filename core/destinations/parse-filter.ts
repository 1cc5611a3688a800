import { isPlainObject } from "../json/json-value.ts";
import type { DestinationFilter } from "./destination.ts";
import type { FieldReader } from "./field-reader.ts";

export const filterForm = "write conditions, as { prefix: warehouse, tags: { tier: gold } }";

/** Reads `where` of a destination. Undefined takes everything. */
export function parseFilter(where: FieldReader | undefined): DestinationFilter {
  if (where === undefined) return {};
  where.refuseOthers(["asset_key", "prefix", "owners", "group", "tags"]);
  const assetKey = where.key("asset_key");
  const prefix = where.key("prefix");
  const group = where.text("group", "write the name of a group");
  const owners = readOwners(where);
  const tags = readTags(where);
  return {
    ...(assetKey !== undefined && { assetKey }),
    ...(prefix !== undefined && { prefix }),
    ...(group !== undefined && { group }),
    ...(owners !== undefined && { owners }),
    ...(tags !== undefined && { tags }),
  };
}

function readOwners(where: FieldReader): readonly string[] | undefined {
  const value = where.raw("owners");
  if (value === undefined) return undefined;
  const isList = Array.isArray(value) && value.length > 0 && value.every((owner) => typeof owner === "string");
  return isList ? value : where.refuse("write a list of owners, as [team:finance, anna@example.com]", "owners");
}

function readTags(where: FieldReader): Readonly<Record<string, string>> | undefined {
  const value = where.raw("tags");
  if (value === undefined) return undefined;
  if (!isPlainObject(value)) return where.refuse("write names and values, as { tier: gold }", "tags");
  const isText = (entry: readonly [string, unknown]): entry is [string, string] => typeof entry[1] === "string";
  const entries = Object.entries(value);
  for (const [name] of entries.filter((entry) => !isText(entry)))
    where.refuse("a tag's value is a string: quote it", "tags", name);
  return Object.fromEntries(entries.filter(isText));
}
