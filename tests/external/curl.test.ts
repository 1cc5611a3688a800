import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Answer, type Call, callerShapes, expectShape } from "../http/caller-shapes.ts";
import { eventsOf } from "../read-events.ts";
import { type RunningServer, runtimes, startServer } from "../server.ts";
import { runTool } from "./run-tool.ts";

describe.each([...runtimes])("curl reports to %s", (runtime) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer(runtime);
  });
  afterAll(() => server.stop());

  test.each([...callerShapes])("$name", async (shape) => {
    const answers: Answer[] = [];
    for (const call of shape.calls) answers.push(await curl(server.url, call));
    await expectShape(server.url, shape, answers);
  });

  test("-d without a content type, which curl sends as a form, is refused and named", async () => {
    const answer = await curl(server.url, { target: "/report_asset_materialization/shapes/form", body: "{}" });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body).error).toStartWith("Unhandled content type application/x-www-form-urlencoded");
    expect(await eventsOf(server.url, ["shapes", "form"])).toEqual([]);
  });

  test("a body so long that curl first asks whether to send it is recorded", async () => {
    const text = "x".repeat(1_500_000);
    const answer = await curl(server.url, {
      target: "/report_asset_materialization/shapes/long",
      headers: { "content-type": "application/json", expect: "100-continue" },
      body: JSON.stringify({ metadata: { text } }),
    });
    expect(answer).toEqual({ status: 200, body: "{}" });
    expect(await eventsOf(server.url, ["shapes", "long"])).toMatchObject([
      { metadata: { text: { type: "text", raw_value: text } } },
    ]);
  });
});

type CurlCall = Pick<Call, "target" | "headers" | "body">;

async function curl(url: string, { target, headers = {}, body }: CurlCall): Promise<Answer> {
  const output = await runTool(
    "curl",
    [
      ...["--silent", "--show-error", "--request", "POST", "--url", url + target, "--write-out", "\n%{http_code}"],
      ...Object.entries(headers).flatMap(([name, value]) => ["--header", `${name}: ${value}`]),
      ...(body === undefined ? [] : ["--data-binary", "@-"]),
    ],
    body,
  );
  const end = output.lastIndexOf("\n");
  return { status: Number(output.slice(end + 1)), body: output.slice(0, end) };
}
