import { readFileSync } from "node:fs";
import * as v from "valibot";

const schema = v.object({ name: v.string(), version: v.string(), description: v.string(), license: v.string() });

/** What package.json says of this package. */
export function packageInfo(): v.InferOutput<typeof schema> {
  // One folder up in the sources, two in what is built.
  const up = import.meta.url.endsWith(".ts") ? "../../" : "../../../";
  return v.parse(schema, JSON.parse(readFileSync(new URL(`${up}package.json`, import.meta.url), "utf8")));
}
