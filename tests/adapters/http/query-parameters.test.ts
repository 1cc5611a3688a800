import { describe, expect, test } from "bun:test";
import { describedOperations } from "../../../adapters/http/openapi/document.ts";
import { queryParameters } from "../../../adapters/http/openapi/json-schema.ts";
import { config, nativeApp } from "./native.ts";

/** What no parameter of a name takes. Those that are missing here take any text. */
const wrong: Readonly<Record<string, string>> = {
  asset_key: "//",
  prefix: "",
  type: "asset_materialization",
  since: "2026-11-23",
  until: "now",
  after: "1.5",
  before: "-1",
  order: "newest",
  limit: "0",
  cursor: "1",
};
const takesAnyText = ["partition", "check_name", "search"];

const queries = describedOperations(config.limits).flatMap(({ method, path, query }) => {
  if (query === undefined) return [];
  const parameters = queryParameters(query).flatMap((one) => ("name" in one ? [one] : []));
  return parameters.map(({ name }) => {
    const required = parameters.filter((one) => one.required === true && one.name !== name);
    return { method, path, name, required: required.map((one) => [one.name, "a"] as [string, string]) };
  });
});

describe("a bad filter", () => {
  test.each(queries.filter(({ name }) => !takesAnyText.includes(name)))(
    "$name of $method $path gets a 400 that names it, never an empty list",
    async ({ method, path, name, required }) => {
      const query = new URLSearchParams([...required, [name, wrong[name] ?? "?"]]);
      const { status, body } = await nativeApp().ask(`${path.replace("/api/v1/", "")}?${query}`, { method });
      expect([status, body]).toEqual([400, { error: expect.stringMatching(new RegExp(`^The (parameter )?${name} `)) }]);
    },
  );
});
