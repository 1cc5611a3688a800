import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { parseJson, safelyParseJson } from "../../core/json/json.ts";
import { isArray, isJsonObject, type JsonObject } from "../../core/json/json-value.ts";
import { type RawAnswer, sendRaw } from "../raw-http.ts";
import { type RunningServer, runtimes, startServer } from "../server.ts";
import { canonical } from "./canonical.ts";
import { admittedKeys, type ReportCase, reportCases } from "./report-requests.ts";

/** One of every so many cases is sent under a deployment's prefix too. */
const prefixSampling = 6;

describe.each([...runtimes])("on %s", (runtime) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer(runtime);
  });
  afterAll(() => server.stop());

  test.each([...reportCases])("$name", (reportCase) => checkCase(server.port, reportCase, reportCase.target));

  const sample = reportCases.filter((_, i) => i % prefixSampling === 0);
  test.each(sample)("under a deployment's prefix: $name", (reportCase) =>
    checkCase(server.port, reportCase, `/prod${reportCase.target}`),
  );
});

async function checkCase(port: number, reportCase: ReportCase, target: string): Promise<void> {
  const last = (await getEvents(port, "limit=1"))[0]?.id ?? 0;
  const answer = await sendRaw(port, { ...reportCase, target });
  const recorded = await getEvents(port, `order=asc&limit=2&after=${last}`);
  const wanted = reportCase.expect.event;
  if (wanted === undefined) {
    expectRefusal(reportCase, answer);
    expect(recorded).toEqual([]);
    return;
  }
  expect(answer).toMatchObject({ status: 200, body: "{}" });
  expectJson(answer);
  const [event, ...others] = recorded;
  expect(others).toEqual([]);
  if (event === undefined) throw new Error("Nothing was recorded.");
  const shown = canonical(Object.fromEntries(Object.entries(event).filter(([name]) => Object.hasOwn(wanted, name))));
  const admitted = admittedKeys(reportCase).map((key) => canonical({ ...wanted, asset_key: key }));
  expect(shown).toBe(admitted.find((text) => text === shown) ?? canonical(wanted));
}

function expectRefusal({ method, expect: wanted }: ReportCase, answer: RawAnswer): void {
  expect(answer.status).toBe(wanted.status);
  expectJson(answer);
  if (wanted.status === 405) expect(answer.headers.get("allow")).toMatch(/\bPOST\b/);
  if (method === "HEAD") {
    expect(answer.body).toBe("");
    return;
  }
  const error = safelyParseJson(answer.body);
  expect(isJsonObject(error) && Object.keys(error)).toEqual(["error"]);
  expect(isJsonObject(error) ? error.error : undefined).toStartWith(wanted.error_starts ?? "");
}

function expectJson(answer: RawAnswer): void {
  expect(answer.headers.get("content-type")).toMatch(/^application\/json(;|$)/);
}

async function getEvents(port: number, query: string): Promise<readonly JsonObject[]> {
  const answer = await sendRaw(port, { method: "GET", target: `/api/v1/events?${query}` });
  const page = parseJson(answer.body);
  if (!isJsonObject(page) || !isArray(page.events)) throw new Error(`Not a page of events: ${answer.body}`);
  return page.events.filter(isJsonObject);
}
