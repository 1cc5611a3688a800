import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { eventsOf } from "../read-events.ts";
import { type RunningServer, runtimes, startServer } from "../server.ts";

const body = '{"metadata":{"n":1}}';

function report(key: string, host: string, ...more: readonly string[]): string {
  const head = [`POST /report_asset_materialization/${key} HTTP/1.1`, `Host: ${host}`, ...more];
  return [...head, "Content-Type: application/json", `Content-Length: ${body.length}`, "", body].join("\r\n");
}

describe.each([...runtimes])("the %s server", (runtime) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer(runtime);
  });
  afterAll(async () => void (await server.stop()));

  /** All that comes back until the server ends the connection. */
  const send = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(server.port, "127.0.0.1", () => socket.write(text));
      let answer = "";
      socket.on("data", (chunk) => {
        answer += chunk;
      });
      socket.on("close", () => resolve(answer)).on("error", reject);
    });
  const statusOf = (answer: string) => answer.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length);

  test.each(["localhost.", "localhost:", "127.0.0.1:", "LOCALHOST.:80"])("is called %s as well", async (host) => {
    expect(statusOf(await send(report("hosts", host, "Connection: close")))).toBe("200");
  });

  test("hints at a host's own name, whatever it is called by", async () => {
    const answer = await send(report("hosts", "example.com.:80", "Connection: close"));
    expect(answer).toContain("start it with --allowed-host example.com.");
    expect(answer).not.toContain("example.com..");
  });

  test("refuses two hosts, and records nothing", async () => {
    const answer = await send(report("twice", "localhost", "Host: localhost", "Connection: close"));
    expect(statusOf(answer)).toBe("400");
    expect(await eventsOf(server.url, ["twice"])).toHaveLength(0);
  });

  // Deno's own parser answers 400 in the report's place: tell when it no longer does.
  const isAnswered = runtime === "deno" ? "is answered 400 by the runtime itself, though recorded" : "is answered";
  test(`a report that ends its connection, with bytes behind it, ${isAnswered}`, async () => {
    const answer = await send(`${report("behind", "localhost", "Connection: close")}${report("behind", "localhost")}`);
    expect(statusOf(answer)).toBe(runtime === "deno" ? "400" : "200");
    expect(await eventsOf(server.url, ["behind"])).toHaveLength(1);
  });
});
