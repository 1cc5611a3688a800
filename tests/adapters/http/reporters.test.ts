import { describe, expect, test } from "bun:test";
import { graceToken } from "../../../adapters/http/access/token-cache.ts";
import { type EventLog, formatCursor } from "../../../storage/index.ts";
import { readStream } from "../../read-stream.ts";
import { bearer, guardedApp, namedToken } from "./guarded.ts";
import { linesOf, materializationOf, memory, noon } from "./native.ts";
import { allRoutes, exampleRequest, routeExamples } from "./route-examples.ts";

type Headers = Readonly<Record<string, string>>;

const json = { "content-type": "application/json" };
const ndjson = { "content-type": "application/x-ndjson" };
const lines = { accept: "application/x-ndjson" };
const own = { "sec-fetch-site": "same-origin", origin: "http://localhost" };

/** An app with tokens of every kind. Those that report are named as no other text of an answer. */
async function guarded(log: EventLog = memory()) {
  const made = await guardedApp(
    [
      namedToken("nightly-job", { scopes: ["report"] }),
      namedToken("other-job", { scopes: ["report"] }),
      namedToken("reader", { scopes: ["read"] }),
      namedToken("both", { scopes: ["report", "read"] }),
      namedToken("admin", { scopes: ["admin"] }),
      namedToken("s3-admin", { scopes: ["admin"], prefix: ["s3"] }),
    ],
    log,
  );
  const { app } = made;
  const send = async (method: string, path: string, headers: Headers, body?: string) => {
    const response = await app.request(path, { method, headers, ...(body !== undefined && { body }) });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text}`);
    return text;
  };
  const report = (token: string | undefined, body: object = {}, path = "/report_asset_materialization/s3/orders") =>
    send("POST", path, { ...json, ...(token !== undefined && bearer(token)) }, JSON.stringify(body));
  const read = (token: string, path: string, headers: Headers = {}) =>
    send("GET", path, { ...bearer(token), ...headers });
  /** Who reported each event, oldest first, as the admin is told. */
  const reporters = async () => {
    const { events } = JSON.parse(await read("admin", "/api/v1/events?order=asc&limit=1000"));
    return events.map(({ reported_by: name = null }) => name);
  };
  const signIn = async (token: string) => {
    const form = { method: "POST", headers: { ...own, "content-type": "application/x-www-form-urlencoded" } };
    const { headers } = await app.request("/sign-in", { ...form, body: new URLSearchParams({ token }).toString() });
    return { ...own, cookie: headers.get("set-cookie")?.split(";")[0] ?? "" };
  };
  return { ...made, send, report, read, reporters, signIn };
}

describe("an event is recorded with the name of the token", () => {
  test("whichever way it was reported", async () => {
    const { app, report, send, reporters } = await guarded();
    await report("nightly-job");
    await report("nightly-job", {}, "/prod/report_asset_observation/s3/orders");
    await report("both", { check_name: "c", passed: true }, "/report_asset_check/s3/orders");
    await send("POST", "/report_asset_materialization/a", { "dagster-cloud-api-token": "other-job" });
    const request = new Request("http://localhost/report_asset_materialization/a", {
      method: "POST",
      headers: bearer("other-job"),
    });
    expect((await app.report(request))?.status).toBe(200);
    await report("nightly-job", materializationOf("a"), "/api/v1/events");
    await report("nightly-job", [materializationOf("a"), materializationOf("b", { partitions: ["p", "q"] })], events);
    const body = linesOf(materializationOf("a"), materializationOf("b", { idempotency_key: "k" }));
    await send("POST", events, { ...ndjson, ...bearer("both") }, body);
    await report("admin");
    expect(await reporters()).toEqual([
      ...["nightly-job", "nightly-job", "both", "other-job", "other-job", "nightly-job"],
      ...["nightly-job", "nightly-job", "nightly-job", "both", "both", "admin"],
    ]);
  });

  test("and without one, where it needed none", async () => {
    const { app } = await guardedApp([]);
    expect((await app.fetch(exampleRequest("POST /api/v1/events", bearer("anything")))).status).toBe(200);
    expect(await (await app.request("/api/v1/events/1")).text()).not.toContain("reported_by");

    const { store, clock, report, reporters } = await guarded();
    await store.create(graceToken(noon + 60_000));
    clock.elapsed += 2000;
    await report(undefined);
    await report("nightly-job");
    expect(await reporters()).toEqual([null, "nightly-job"]);
  });

  test("and keeps the name that the token had, when that is revoked and given to another", async () => {
    const { store, clock, report, reporters } = await guarded();
    await report("nightly-job");
    await store.revoke("nightly-job");
    clock.elapsed += 2000;
    expect(await reporters()).toEqual(["nightly-job"]);
  });

  test("and a repetition by another token is a duplicate, of the first one's event", async () => {
    const { report, reporters } = await guarded();
    const event = materializationOf("a", { idempotency_key: "k" });
    expect(JSON.parse(await report("nightly-job", event, events))).toEqual({ id: 1, duplicate: false });
    expect(JSON.parse(await report("other-job", event, events))).toEqual({ id: 1, duplicate: true });
    expect(await reporters()).toEqual(["nightly-job"]);
  });

  test("and what an import says of it is ignored: it is recorded under the importing token's name", async () => {
    const { report, send, read } = await guarded();
    await report("nightly-job");
    const exported = await read("admin", "/api/v1/events?reporters=true", lines);
    expect(JSON.parse(exported)).toMatchObject({ reported_by: "nightly-job" });
    const again = await send("POST", events, { ...ndjson, ...bearer("both") }, exported);
    expect(JSON.parse(again)).toMatchObject({ recorded: 0, duplicates: 1 });

    const other = await guarded();
    const pad = " ".repeat(70_000); // a line that is scanned and not parsed
    const large = exported.replace("}\n", `${pad}}\n`).replace("s3", "s4").replace("/1", "/2");
    const first = await other.send("POST", events, { ...ndjson, ...bearer("both") }, exported + large);
    expect(JSON.parse(first)).toMatchObject({ recorded: 2, duplicates: 0 });
    await other.report("other-job", materializationOf("a", { reported_by: { any: "value" } }), events);
    expect(await other.reporters()).toEqual(["both", "both", "other-job"]);
  });
});

const events = "/api/v1/events";

describe("who reported is told to admins alone", () => {
  /** The text of a route's answer; of a stream, the text up to the first event. */
  async function answerOf(route: string, headers: Headers, app: Awaited<ReturnType<typeof guarded>>["app"]) {
    const example = exampleRequest(route, headers);
    if (!route.endsWith("/stream")) return (await app.fetch(example)).text();
    const stream = readStream(await app.fetch(new Request(`${example.url}?after=0`, example)));
    for await (const { event, data } of stream) if (event?.startsWith("ASSET_")) return data;
    throw new Error("The stream ended.");
  }

  const told = [
    ...["GET /api/v1/events", "GET /api/v1/events/stream", "GET /api/v1/events/:id"],
    ...["GET /events/stream", "GET /event.json", "GET /events/:id"],
  ];

  test.each(allRoutes.filter((route) => route.startsWith("GET ")))("%s", async (route) => {
    const { app, report, signIn } = await guarded();
    await report("nightly-job", { partition: "p" });
    const { isPage = false } = routeExamples[route] ?? {};
    for (const token of ["admin", "s3-admin", "reader", "both"]) {
      const headers = isPage || route.startsWith("GET /event") ? await signIn(token) : bearer(token);
      const isTold = told.includes(route) && token.endsWith("admin");
      expect([token, (await answerOf(route, headers, app))?.includes("nightly-job")]).toEqual([token, isTold]);
    }
  });

  test.each(["POST /report_asset_materialization", "POST /api/v1/events", "DELETE /api/v1/events/:id"])(
    "%s answers without it",
    async (route) => {
      const { app, report } = await guarded();
      await report("nightly-job");
      const answer = await app.fetch(exampleRequest(route, bearer("admin")));
      expect([answer.status, await answer.text()]).toEqual([200, expect.not.stringContaining("reported_by")]);
    },
  );

  test("as the last member, and not at all where there is none", async () => {
    const { log, report, read } = await guarded();
    await report("nightly-job");
    await log.append([[{ event: { ...(await log.get(1)), type: "ASSET_OBSERVATION" } as never }]]);
    const [first, second] = await Promise.all([1, 2].map((id) => read("admin", `${events}/${id}`)));
    expect(first).toEndWith('"metadata":{},"reported_by":"nightly-job"}');
    expect(second).toEndWith('"metadata":{}}');
    expect(await read("reader", `${events}/1`)).toBe(first?.replace(/,"reported_by.*/, "}") ?? "");
    expect(JSON.parse(await read("admin", events)).events.map((event: object) => Object.keys(event).at(-1))).toEqual([
      "metadata",
      "reported_by",
    ]);
  });

  test("within the admin's own prefix", async () => {
    const { app, report, read } = await guarded();
    await report("nightly-job");
    await report("nightly-job", {}, "/report_asset_materialization/elsewhere");
    expect(JSON.parse(await read("s3-admin", events)).events).toMatchObject([{ id: 1, reported_by: "nightly-job" }]);
    expect((await app.request(`${events}/2`, { headers: bearer("s3-admin") })).status).toBe(404);
    expect((await app.request(`${events}/3`, { headers: bearer("admin") })).status).toBe(404);
    expect((await app.request(`${events}/0`, { headers: bearer("admin") })).status).toBe(404);
  });

  test("on the event's page beside when it came", async () => {
    const { app, report, signIn } = await guarded();
    await report("nightly-job");
    const page = async (token: string) => {
      const html = await (await app.request("/events/1", { headers: await signIn(token) })).text();
      return [html.includes("<dt>Reported by</dt><dd><bdi>nightly-job</bdi></dd>"), html.includes("reported_by")];
    };
    expect([await page("admin"), await page("reader")]).toEqual([
      [true, true],
      [false, false],
    ]);
  });

  test("in streams with one filter that run at once", async () => {
    const { app, report } = await guarded();
    const names = ["admin", "reader", "admin", "both"];
    const streams = await Promise.all(
      names.map(async (name) => readStream(await app.request(`${events}/stream`, { headers: bearer(name) }))),
    );
    for (const stream of streams) await stream.next();
    await report("nightly-job");
    const told = streams.map(async (stream) => {
      for await (const { data, event } of stream) {
        if (event?.startsWith("ASSET_")) return JSON.parse(data ?? "").reported_by ?? null;
      }
    });
    expect(await Promise.all(told)).toEqual(["nightly-job", null, "nightly-job", null]);
  });
});

describe("the parameter reporters", () => {
  test("adds them to an export, which has none by itself, and takes them from a page", async () => {
    const { report, read, signIn, send } = await guarded();
    await report("nightly-job");
    const has = async (text: Promise<string>) => (await text).includes('"reported_by":"nightly-job"');
    expect(await has(read("admin", events, lines))).toBe(false);
    expect(await has(read("admin", `${events}?reporters=false`, lines))).toBe(false);
    expect(await has(read("admin", `${events}?reporters=true`, lines))).toBe(true);
    expect(await has(read("admin", `${events}?reporters=true`))).toBe(true);
    expect(await has(read("admin", `${events}?reporters=false`))).toBe(false);
    expect(await has(read("reader", `${events}?reporters=false`))).toBe(false);
    expect(await has(send("GET", "/events/export", await signIn("admin")))).toBe(false);
    expect(await has(send("GET", "/events/export?reporters=true", await signIn("admin")))).toBe(true);
  });

  test.each([
    ["an export", events, lines, "reader"],
    ["an export", events, lines, "both"],
    ["a page", events, {}, "reader"],
    ["an export of the page", "/events/export", {}, "reader"],
  ])("is refused for %s (%s, %p) with the token %s", async (_, path, headers, token) => {
    const { app, report, signIn } = await guarded();
    await report("nightly-job");
    const own = path === events ? bearer(token) : await signIn(token);
    const answer = await app.request(`${path}?reporters=true`, { headers: { ...own, ...headers } });
    const scopes = token === "both" ? "scopes report and read" : "scope read";
    const error = `The parameter reporters needs the scope admin, and the token ${token} has the ${scopes}.`;
    expect([answer.status, await answer.json()]).toEqual([403, { error }]);
    expect(answer.headers.get("www-authenticate")).toContain('error="insufficient_scope", scope="admin"');
  });

  test("must be true or false, and is none of a stream", async () => {
    const { app } = await guarded();
    const ask = async (path: string) => (await app.request(path, { headers: bearer("admin") })).json();
    expect(await ask(`${events}?reporters=yes`)).toEqual({
      error: 'The parameter reporters must be true or false. Got "yes".',
    });
    expect(await ask(`${events}/stream?reporters=true`)).toMatchObject({
      error: expect.stringContaining('There is no parameter "reporters"'),
    });
  });
});

test("a log that keeps no reporters serves admins all the same", async () => {
  const inner = memory();
  const log: EventLog = {
    ...inner,
    append: (units) => inner.append(units),
    query: async (...args) => {
      const { reporters: _, ...page } = await inner.query(...args);
      return page;
    },
  };
  const { report, read, signIn, send } = await guarded(log);
  await report("nightly-job");
  const texts = await Promise.all([
    read("admin", events),
    read("admin", `${events}/1`),
    read("admin", `${events}?reporters=true`, lines),
    send("GET", "/events/1", await signIn("admin")),
  ]);
  for (const text of texts) expect(text).not.toMatch(/reported_by|Reported by|nightly-job/);
});

test("an event is found by its id where the log's pages are short", async () => {
  const inner = memory();
  let asked = 0;
  const log: EventLog = {
    ...inner,
    query: async (filter, page) => {
      if (filter.after === undefined || asked++ % 3 !== 0) return inner.query(filter, page);
      return { events: [], cursor: formatCursor(0, filter, page), hasMore: true, idempotencyKeys: new Map() };
    },
  };
  const { report, read } = await guarded(log);
  await report("nightly-job");
  expect(JSON.parse(await read("admin", `${events}/1`))).toMatchObject({ id: 1, reported_by: "nightly-job" });
});
