import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { createApp } from "../../adapters/server/http.ts";
import { parseEvent } from "../../core/index.ts";
import { createMemoryEventLog } from "../../storage/index.ts";
import { startServer } from "../server.ts";
import { blockNamed } from "./markdown.ts";
import { blocksRunBy } from "./plan.ts";

const reporting = readFileSync(join(import.meta.dir, "../../docs/reporting.md"), "utf8");

/** The server without a listener, over an empty log. */
function newServer() {
  const { fetch } = createApp({ log: createMemoryEventLog({ now: Date.now }) });
  const ask = async (path: string, init?: RequestInit) => {
    const answer = await fetch(new Request(`http://localhost${path}`, init));
    return [answer.status, await answer.json()];
  };
  const post = (type: string, body: string) =>
    ask("/api/v1/events", { method: "POST", body, headers: { "content-type": type } });
  return { ask, post };
}

/** What a block shows is what the code gives. */
const cases: Readonly<Record<string, (shown: string) => Promise<void>>> = {
  "README.md: 12:00:00.000 INF runless 0.1.0 listening on http://127.0.0.1:3000 (bun)": async (shown) => {
    const server = await startServer("bun", { args: ["--log-format", "text"] }); // as at a terminal
    await server.stop();
    const said = server
      .output()
      .replace(server.url, "http://127.0.0.1:3000")
      .replace(/file:\S*\/(?=runless\.db)/, "file:");
    const untimed = (text: string) => text.replaceAll(/^\d\d:\d\d:\d\d\.\d{3} /gm, "at ");
    expect(untimed(said)).toStartWith(untimed(shown));
  },

  "docs/reading.md: {": async (shown) => {
    const { ask, post } = newServer();
    const event = JSON.parse(shown);
    const { type, asset_key, partition, timestamp, data_version } = event;
    const report = { type, asset_key, partition, timestamp, data_version, metadata: { rows: 5 } };
    await post("application/json", JSON.stringify(report));
    const [, read] = await ask("/api/v1/events/1");
    const answer = v.parse(v.record(v.string(), v.unknown()), read);
    expect({ ...answer, id: event.id, received_at: event.received_at }).toEqual(event);
    expect(Object.keys(answer)).toEqual(Object.keys(event));
    expect(answer.received_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  },

  "docs/reading.md: { (2)": async (shown) => {
    const event = parseEvent(shown);
    if (event.type !== "FRESHNESS_STATE_CHANGE") throw new Error("The block shows another event.");
    const log = createMemoryEventLog({ now: () => event.receivedAt });
    const { id: _, receivedAt: __, ...change } = event;
    log.record(change);
    const answer = await createApp({ log }).fetch(new Request("http://localhost/api/v1/events/1"));
    expect(await answer.text()).toBe(JSON.stringify({ ...JSON.parse(shown), id: 1 }));
  },

  "docs/waiting.md: {": async (shown) => {
    const asked = await newServer().ask("/api/v1/wait?asset_key=raw/customers&partition=2026-11-29&wait=0s");
    expect(asked).toEqual([408, JSON.parse(shown)]);
  },

  "docs/reporting.md: {": async (shown) => {
    const [, lines = ""] = /^printf '%s\\n' (.+) > lines\.ndjson$/m.exec(reporting) ?? [];
    const body = Array.from(lines.matchAll(/'(.+?)'/g), ([, line]) => line).join("\n");
    expect(await newServer().post("application/x-ndjson", body)).toEqual([200, JSON.parse(shown)]);
  },
};

test("every block that shows an answer has its case here", () => {
  expect(Object.keys(cases).sort()).toEqual([...blocksRunBy("answers")]);
});

describe("what the manual shows of an answer is the answer:", () => {
  test.each(Object.keys(cases))("%s", async (name) => {
    await cases[name]?.(blockNamed(name).code);
  });

  test("of one event and of an array", async () => {
    const { post } = newServer();
    const one = '{"type": "ASSET_OBSERVATION", "asset_key": "a"}';
    const [, single = "", array = ""] = /answered `(\{.*?\})`, an array `(\{.*?\})`/.exec(reporting) ?? [];
    expect(await post("application/json", one)).toEqual([200, { ...JSON.parse(single), id: 1 }]);
    expect(await post("application/json", `[${one}, ${one}]`)).toEqual([200, { ...JSON.parse(array), ids: [2, 3] }]);
  });
});
