import { describe, expect, test } from "bun:test";
import { describedOperations } from "../../../adapters/http/openapi/document.ts";
import { queryParameters } from "../../../adapters/http/openapi/json-schema.ts";
import { openStores } from "../../../storage/index.ts";
import { config, memory, nativeApp } from "./native.ts";
import { testApp } from "./test-app.ts";

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
  search: "x".repeat(201),
  failing: "True",
  quiet_since: "yesterday",
};
const takesAnyText = ["source", "check", "partition", "check_name"];

const queries = describedOperations(config.limits).flatMap(({ method, path, query }) => {
  if (query === undefined) return [];
  const parameters = queryParameters(query).flatMap((one) => ("name" in one ? [one] : []));
  return parameters.map(({ name }) => {
    const required = parameters.filter((one) => one.required === true && one.name !== name);
    const given = required.map((one): [string, string] => [one.name, "a"]);
    // One of these two must be there.
    const isOfChecks = path === "/api/v1/checks" && name !== "asset_key" && name !== "failing";
    return { method, path, name, required: isOfChecks ? [...given, ["failing", "true"] as [string, string]] : given };
  });
});

describe("a bad filter", () => {
  test.each(queries.filter(({ name }) => !takesAnyText.includes(name)))(
    "$name of $method $path gets a 400 that names it, never an empty list",
    async ({ method, path, name, required }) => {
      const query = new URLSearchParams([...required, [name, wrong[name] ?? "?"]]);
      const { watching } = await openStores({ url: ":memory:" }); // it reads cursors, as the stand-in does not
      const { status, body } = await nativeApp({ watching }).ask(`${path.replace("/api/v1/", "")}?${query}`, {
        method,
      });
      expect([status, body]).toEqual([400, { error: expect.stringMatching(new RegExp(`^The (parameter )?${name} `)) }]);
    },
  );
});

describe("a query", () => {
  test.each(["events", "assets", "assets?asset_key=a", "assets/a", "log"])(
    "of more than 100 parameters gets a 400 that says so, at %s, before any is read",
    async (path) => {
      const { watching } = await openStores({ url: ":memory:" }); // it reads cursors, as the stand-in does not
      const { status, body } = await nativeApp({ watching }).ask(
        `${path}${path.includes("?") ? "&" : "?"}${"x&".repeat(30_000)}`,
      );
      expect([status, body]).toEqual([
        400,
        { error: expect.stringMatching(/^The query has 3000[12] parameters, and may have 100\. Send fewer\.$/) },
      ]);
    },
  );

  test("of 100 is read", async () => {
    const { body } = await nativeApp().ask(`events?${"x&".repeat(99)}y=1`);
    expect(body).toMatchObject({ error: expect.stringContaining('There is no parameter "x".') });
  });

  test("of a report may have any number, of which the last of a name counts", async () => {
    const log = memory();
    const app = testApp({ log, config });
    const report = `/report_asset_materialization/a?${"partition=x&".repeat(5000)}partition=last`;
    expect((await app.request(report, { method: "POST" })).status).toBe(200);
    expect((await log.get(1))?.partition).toBe("last");
  });

  test("that is wrong is not said in full", async () => {
    const { body } = await nativeApp().ask(`events?since=${"x".repeat(60_000)}`);
    expect((body as { readonly error: string }).error.length).toBeLessThan(500);
  });
});

describe("a search", () => {
  test.each(["x", "\u{1f600}", "é"])(
    "takes 200 characters of %j, and says that it takes no more",
    async (character) => {
      const { ask } = nativeApp();
      const search = (length: number) => ask(`assets?${new URLSearchParams({ search: character.repeat(length) })}`);
      expect((await search(200)).status).toBe(200);
      const { status, body } = await search(201);
      expect([status, body]).toMatchObject([
        400,
        { error: expect.stringContaining("The parameter search must be text of at most 200 characters. Got ") },
      ]);
    },
  );
});

test.each([
  "assets/caf%E9",
  "assets?asset_key=caf%E9",
  "events?partition=%ff",
  "assets/%C3",
  "events?check_name=%ED%A0%80",
])("%s is not UTF-8, and refused", async (path) => {
  const { status, body } = await nativeApp().ask(path);
  expect([status, body]).toEqual([400, { error: expect.stringContaining("The address is not UTF-8.") }]);
});

test("a page whose address is not UTF-8 is refused, and %EF%BF%BD is a character", async () => {
  const app = testApp({ log: memory(), config });
  expect((await app.request("/assets/caf%E9")).status).toBe(400);
  expect((await app.request("/events?partition=caf%E9")).status).toBe(400);
  expect((await app.request("/api/v1/events?partition=%EF%BF%BD%zz")).status).toBe(200);
});
