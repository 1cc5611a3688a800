import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { eventsOf } from "../read-events.ts";
import { type RunningServer, runtimes, startServer } from "../server.ts";
import { type Answer, type Call, callerShapes, expectShape } from "./caller-shapes.ts";

describe.each([...runtimes])("fetch reports to %s", (runtime) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer(runtime);
  });
  afterAll(() => server.stop());

  test.each([...callerShapes])("$name", async (shape) => {
    const answers: Answer[] = [];
    for (const call of shape.calls) answers.push(await send(server.url, call));
    await expectShape(server.url, shape, answers);
  });

  test("a JSON body sent as text, which fetch says on Node without being told otherwise, is refused and named", async () => {
    const answer = await send(server.url, {
      target: "/report_asset_materialization/shapes/untold",
      headers: { "content-type": "text/plain;charset=UTF-8" },
      body: '{"partition": "p"}',
    });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body).error).toStartWith("Unhandled content type text/plain");
    expect(await eventsOf(server.url, ["shapes", "untold"])).toEqual([]);
  });
});

async function send(
  url: string,
  { target, headers = {}, body }: Pick<Call, "target" | "headers" | "body">,
): Promise<Answer> {
  const answer = await fetch(url + target, { method: "POST", headers, ...(body === undefined ? {} : { body }) });
  return { status: answer.status, body: await answer.text() };
}
