import { describe, expect, test } from "bun:test";
import { Hono } from "hono";
import { createApp, type RunlessApp } from "../../../adapters/server/http.ts";
import { materialization, type RunlessEvent } from "../../../core/index.ts";
import { createMemoryEventLog, type EventLog } from "../../../storage/index.ts";

type Fetch = (request: Request) => Response | Promise<Response>;

/** What a program of somebody else's does with an app: the server's address, and what is in front of runless's paths. */
const programs: Readonly<Record<string, (app: RunlessApp) => Program>> = {
  "Hono, mounted at /": (app) => inHono("", new Hono().mount("/", app.fetch)),
  "Hono, mounted at a prefix": (app) => inHono("/runless", new Hono().mount("/runless", app.fetch)),
  "Hono, mounted two levels deep": (app) => inHono("/data/runless", new Hono().mount("/data/runless", app.fetch)),
  "Hono, as a handler": (app) =>
    inHono(
      "",
      new Hono().all("*", ({ req }) => app.fetch(req.raw)),
    ),
  "Bun.serve, as its fetch": ({ fetch }) => served("", Bun.serve({ hostname, port: 0, fetch })),
  "Bun.serve, as a route": ({ fetch }) => served("", Bun.serve({ hostname, port: 0, routes: { "/*": fetch } })),
  "Bun.serve, as routes beside others": ({ fetch }) => {
    const routes = { "/api/v1/*": fetch, "/report_asset_materialization/*": fetch, "/ready": fetch };
    return served("", Bun.serve({ hostname, port: 0, routes: { ...routes, "/*": new Response("mine") } }));
  },
};

interface Program {
  readonly prefix: string;
  readonly fetch: Fetch;
  stop(): Promise<void>;
}

const hostname = "127.0.0.1";
const origin = "http://localhost";

function inHono(prefix: string, { fetch }: { readonly fetch: Fetch }): Program {
  return { prefix, fetch, stop: async () => {} };
}

function served(prefix: string, server: Bun.Server<undefined>): Program {
  return {
    prefix,
    fetch: (request) => fetch(new Request(request.url.replace(origin, server.url.origin), request)),
    stop: () => server.stop(true),
  };
}

describe.each(Object.entries(programs))("in %s, an app", (_, mount) => {
  async function withApp(work: (program: Program, log: EventLog) => Promise<void>): Promise<void> {
    const log = createMemoryEventLog({ now: Date.now });
    const program = mount(createApp({ log }));
    try {
      await work(program, log);
    } finally {
      await program.stop();
    }
  }
  const get = async ({ prefix, fetch }: Program, path: string) => fetch(new Request(origin + prefix + path));

  test("records reports, and answers what is asked", async () => {
    await withApp(async (program, log) => {
      const report = `${origin}${program.prefix}/report_asset_materialization/warehouse/orders?partition=p`;
      const headers = { "content-type": "application/json" };
      const answer = await program.fetch(
        new Request(report, { method: "POST", headers, body: '{"data_version": "1"}' }),
      );
      expect([answer.status, await answer.text()]).toEqual([200, "{}"]);
      const recorded = { id: 1, assetKey: ["warehouse", "orders"], partition: "p" };
      expect(await log.get(1)).toMatchObject(recorded);
      const asset = await (await get(program, "/api/v1/assets/warehouse/orders")).json();
      expect(asset).toMatchObject({ asset_key: ["warehouse", "orders"], data_version: "1" });
      expect(await (await get(program, "/ready")).json()).toEqual({ ready: true });
      expect((await get(program, "/api/v1/none")).status).toBe(404);
    });
  });

  test("answers many at once, each by its own path", async () => {
    await withApp(async (program, log) => {
      const events: RunlessEvent[] = Array.from({ length: 20 }, (_, i) => materialization(`asset${i}`));
      await log.append([events.map((event) => ({ event }))]);
      const answers = await Promise.all(events.map((_, i) => get(program, `/api/v1/events/${i + 1}`)));
      const keys = await Promise.all(answers.map(async (answer) => (await answer.json()) as { asset_key: string[] }));
      expect(keys.map(({ asset_key }) => asset_key)).toEqual(events.map(({ assetKey }) => [...assetKey]));
    });
  });
});

describe("what is no app's options is told at once", () => {
  const log = createMemoryEventLog({ now: Date.now });
  test.each([
    ["no log", {}, "createApp needs an event log"],
    ["nothing", undefined, "createApp needs an event log"],
    ["the promise of a log", { log: Promise.resolve(log) }, "createApp needs an event log"],
    [
      "a misspelt limit",
      { log, config: { limits: { bodybytes: 5 } } },
      'There is no limit "bodybytes". Those there are: bodyBytes,',
    ],
    [
      "a limit that is text",
      { log, config: { limits: { bodyBytes: "5" } } },
      "bodyBytes must be a whole number, or Infinity. Got 5.",
    ],
    [
      "a limit that is NaN",
      { log, config: { limits: { pageEvents: Number.NaN } } },
      "pageEvents must be a whole number, or Infinity.",
    ],
  ])("%s", (_, options, sentence) => {
    expect(() => createApp(options as never)).toThrow(sentence);
  });
});

test("an app is its functions, and nothing of the framework that it is made with", () => {
  const { fetch, report, ...rest } = createApp({ log: createMemoryEventLog({ now: Date.now }) });
  expect(rest).toEqual({});
  expect([fetch, report].map((part) => typeof part)).toEqual(["function", "function"]);
});

test("an app inside another app's route finds the path of its own request, also where they take turns", async () => {
  const log = createMemoryEventLog({ now: Date.now });
  await log.append([[{ event: materialization("a") }]]);
  const app = createApp({ log });
  // Reading one request's url sends another first: what is kept between requests would be the other's by then.
  const inner: Response[] = [];
  const request = new Proxy(new Request(`${origin}/api/v1/events/1`), {
    get(target, name) {
      if (name === "method" && inner.length === 0) {
        inner.push(new Response());
        void Promise.resolve(app.fetch(new Request(`${origin}/health`))).then((answer) => inner.push(answer));
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  expect(await (await app.fetch(request)).json()).toMatchObject({ id: 1 });
  expect(inner[1]?.status).toBe(200);
});
