import { expect, test } from "bun:test";
import { callerContract, type SendTo } from "../http/caller-contract.ts";
import { eventsOf } from "../read-events.ts";
import { runTool } from "./run-tool.ts";

const curl: SendTo = async (url, { target, headers = {}, body }) => {
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
};

callerContract("curl", curl, (server) => {
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
