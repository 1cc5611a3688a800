import { afterEach, beforeEach, expect, setDefaultTimeout, spyOn, test } from "bun:test";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { followStream } from "../../../../adapters/cli/reading/follow-stream.ts";
import { portToReturnTo, startServer, temporaryFolder } from "../../../server.ts";
import { patience, startCli } from "../run-cli.ts";

setDefaultTimeout(patience);

test.each(["bun", "node"] as const)(
  "on %s, tail takes up where it was when its server goes away and returns, and loses and repeats nothing",
  async (runtime) => {
    const databaseUrl = `file:${temporaryFolder()}/log.db`;
    const options = { databaseUrl, args: ["--port", String(await portToReturnTo())] };
    let server = await startServer(runtime, options);
    const env = { RUNLESS_URL: server.url };
    const tail = startCli(["tail", "--after", "0", "--limit", "15", "--json"], { runtime, env });
    const ended = once(tail, "exit");
    const said = text(tail.stderr);
    const shown: number[] = [];
    const lines = createInterface(tail.stdout).on("line", (line) => shown.push(JSON.parse(line).id));

    for (const signal of ["SIGKILL", "SIGTERM", undefined] as const) {
      const until = shown.length + 5;
      // Before it has found the server again, or after, as it happens.
      for (let i = 0; i < 5; i++) await fetch(`${server.url}/report_asset_materialization/a`, { method: "POST" });
      while (shown.length < until) await once(lines, "line");
      if (signal === undefined) break;
      await server.stop(signal);
      server = await startServer(runtime, options);
    }
    expect((await ended)[0]).toBe(0);
    expect(shown).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
    expect(await said).toMatch(/^(runless: the connection was lost, and is tried again: .+\n)+$/);
    await server.stop();
  },
);

let said: ReturnType<typeof spyOn<Console, "error">>;
beforeEach(() => {
  said = spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => said.mockRestore());

const silence = 300;
const blockOf = (id: number) => `id: ${id}\nevent: ASSET_OBSERVATION\ndata: {}\n\n`;

/** One answer a connection: some text, and then nothing more until the request is given up. */
function scripted(...answers: readonly (string | Response)[]) {
  const resumedFrom: (string | null)[] = [];
  const fetch = async (_: string, init: RequestInit = {}) => {
    resumedFrom.push(new Headers(init.headers).get("last-event-id"));
    const answer = answers[resumedFrom.length - 1] ?? "";
    if (typeof answer !== "string") return answer;
    const start = (controller: ReadableStreamDefaultController) => {
      controller.enqueue(new TextEncoder().encode(answer));
      init.signal?.addEventListener("abort", () => controller.error(init.signal?.reason));
    };
    return new Response(new ReadableStream({ start }));
  };
  return { fetch, resumedFrom };
}

test("a connection on which nothing comes any more, not even a heartbeat, is given up and taken up again", async () => {
  const { fetch, resumedFrom } = scripted(blockOf(1) + blockOf(2), blockOf(3));
  const ids: (string | undefined)[] = [];
  for await (const { id } of followStream(fetch, "events/stream", { silence, pause: 0 })) {
    if (ids.push(id) === 3) break;
  }
  expect([ids, resumedFrom]).toEqual([
    ["1", "2", "3"],
    [null, "2"],
  ]);
  const sentence = "runless: the connection was lost, and is tried again: nothing came for 0.3 seconds";
  expect(said.mock.calls).toEqual([[sentence]]);
});

test("a server that no longer lets the caller in is not asked again", async () => {
  const forbidden = Response.json({ error: "The token was revoked." }, { status: 401 });
  const { fetch, resumedFrom } = scripted(blockOf(1), forbidden);
  const follow = async () => {
    for await (const _ of followStream(fetch, "events/stream", { silence, pause: 0 }));
  };
  await expect(follow()).rejects.toThrow("The token was revoked.");
  expect(resumedFrom).toEqual([null, "1"]);
});
