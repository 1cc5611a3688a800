import { readFileSync } from "node:fs";
import * as v from "valibot";

const schema = v.object({ name: v.string(), version: v.string(), description: v.string(), license: v.string() });

/** Name, version and so on from package.json. */
export function packageInfo(): v.InferOutput<typeof schema> {
  // The build adds the folder dist.
  const up = import.meta.url.endsWith(".ts") ? "../../" : "../../../";
  return v.parse(schema, JSON.parse(readFileSync(new URL(`${up}package.json`, import.meta.url), "utf8")));
}
