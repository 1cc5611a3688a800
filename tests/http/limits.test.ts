import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { once } from "node:events";
import { connect } from "node:net";
import { openConnection, type RawRequest, sendRaw } from "../raw-http.ts";
import { eventsOf } from "../read-events.ts";
import { type RunningServer, runtimes, startServer } from "../server.ts";

const json = ["content-type", "application/json"] as const;
const target = "/report_asset_materialization/limits";
const body = (length: number) => `{"description":"${"x".repeat(length - 18)}"}`;

describe.each([...runtimes])("limits on %s", (runtime) => {
  let server: RunningServer;
  const event = "--max-key-parts=3 --max-key-bytes=30 --max-partition-bytes=5 --max-check-name-bytes=5 --max-tags=1";
  const request = "--max-body-bytes=100000 --max-target-bytes=10000 --max-header-bytes=10000";
  beforeAll(async () => {
    server = await startServer(runtime, { args: [...request.split(" "), ...event.split(" ")] });
  });
  afterAll(() => server.stop());

  const send = (given: Omit<RawRequest, "method">) => sendRaw(server.port, given);
  const refusal = (limit: string, flag: string) =>
    expect.stringMatching(new RegExp(`${limit}.* or raise --${flag}\\.$`));

  test.each<[number, string, Omit<RawRequest, "method">]>([
    [413, "max-body-bytes", { target, headers: [json], body: body(100_001) }],
    [414, "max-target-bytes", { target: `${target}?description=${"x".repeat(9952)}` }],
    [431, "max-header-bytes", { target, headers: [["x-filler", "y".repeat(10_000)]] }],
    [400, "max-key-parts", { target: `${target}/b/c/d` }],
    [400, "max-key-bytes", { target: `${target}/${"k".repeat(25)}` }],
    [400, "max-partition-bytes", { target: `${target}?partition=123456` }],
    [400, "max-check-name-bytes", { target: "/report_asset_check/limits?passed=true&check_name=123456" }],
    [400, "max-tags", { target: `${target}?data_version=1` }],
  ])("a report past one is answered with %d that names --%s, and not recorded", async (status, flag, given) => {
    const answer = await send(given);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toEqual({
      error: refusal(status === 413 ? "larger than 100000" : "the limit is", flag),
    });
    expect(await eventsOf(server.url, ["limits"])).toEqual([]);
  });

  test("what is just as large as it may be is recorded, and its connection serves on after a refusal", async () => {
    const connection = await openConnection(server.port);
    const fitting = { target: "/report_asset_materialization/fitting", headers: [json], body: body(100_000) };
    expect((await connection.send({ ...fitting, body: body(3_000_000) })).status).toBe(413);
    expect((await connection.send(fitting)).status).toBe(200);
    const path = "/report_asset_materialization/fitting?description=";
    expect((await connection.send({ target: path.padEnd(10_000, "x") })).status).toBe(200);
    expect((await connection.send({ target: path, headers: [["x-filler", "y".repeat(9900)]] })).status).toBe(200);
    connection.close();
    expect(await eventsOf(server.url, ["fitting"])).toHaveLength(3);
  });

  test("a target or header far beyond is refused by the runtime itself, without a sentence", async () => {
    for (const head of [
      `POST ${target.padEnd(50_000, "x")} HTTP/1.1`,
      `POST ${target} HTTP/1.1\r\nx: ${"y".repeat(50_000)}`,
    ]) {
      expect(await answerOf(server.port, `${head}\r\nhost: localhost\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 .*\r\n\r\n$/s);
    }
  });
});

describe.each([...runtimes])("the default limits on %s", (runtime) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer(runtime);
  });
  afterAll(() => server.stop());

  test("reach beyond those of the runtime itself, and are still named", async () => {
    const long = (length: number) => `${target}?description=`.padEnd(length, "x");
    expect((await sendRaw(server.port, { target: long(65_536) })).status).toBe(200);
    expect((await sendRaw(server.port, { target, headers: [["x-filler", "y".repeat(65_000)]] })).status).toBe(200);
    const refused = await sendRaw(server.port, { target: long(200_000) });
    expect(refused).toMatchObject({ status: 414, body: expect.stringContaining("--max-target-bytes") });
  });
});

/** All that comes until the server closes the connection. */
async function answerOf(port: number, request: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk;
  });
  socket.on("error", () => {}); // a reset; "close" follows
  socket.write(request);
  await once(socket, "close");
  return answer;
}
