import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { once } from "node:events";
import { sendRaw } from "../raw-http.ts";
import { readStream } from "../read-stream.ts";
import { type RunningServer, runtimes, startServer } from "../server.ts";
import { importLines, lineOf } from "./import-lines.ts";
import { openSocket } from "./open-socket.ts";

const idleSeconds = 2;
/** Bun's time-outs may be late by several seconds. */
const patience = 60_000;
const streamHead = "GET /api/v1/events/stream?after=0 HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";
const exportHead =
  "GET /api/v1/events?prefix=large HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/x-ndjson\r\n\r\n";

describe.each([...runtimes])("%s, while as many streams and exports are under way as may,", (runtime) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer(runtime, { args: ["--max-idle-seconds", String(idleSeconds), "--max-streams", "2"] });
    await importLines(server, lineOf("large", "x".repeat(10_000)).repeat(2000));
  });
  afterAll(() => server.stop());

  const stream = () => sendRaw(server.port, { method: "GET", target: "/api/v1/events?prefix=none", headers: ndjson });
  const ndjson = [["accept", "application/x-ndjson"] as const];

  test(
    "answers 503 to one more, and cuts off the clients that do not read, who can resume",
    async () => {
      const stuck = [streamHead, exportHead].map((head) => {
        const connection = openSocket(server.port, head);
        connection.socket.once("data", () => connection.socket.pause());
        return connection;
      });
      await Promise.all(stuck.map(({ socket }) => once(socket, "data")));
      const refused = await stream();
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
      expect(refused.body).toContain("2 streams, exports and imports are under way, as many as --max-streams allows");
      const body = lineOf("small");
      const type = [["content-type", "application/x-ndjson"] as const];
      expect((await sendRaw(server.port, { target: "/api/v1/events", headers: type, body })).status).toBe(503);
      expect((await sendRaw(server.port, { target: "/report_asset_materialization/small" })).status).toBe(200);
      while ((await stream()).status !== 200) await new Promise((resolve) => setTimeout(resolve, 100));

      for (const { socket } of stuck) socket.resume();
      await Promise.all(stuck.map(({ closed }) => closed));
      const ids = [...(stuck[0]?.received() ?? "").matchAll(/^id: (\d+)\nevent: ASSET.*\ndata: .*\n\n/gm)];
      const last = Number(ids.at(-1)?.[1]);
      expect(last).toBeLessThan(2000);
      const request = new AbortController();
      const headers = { "last-event-id": String(last) };
      const resumed = await fetch(`${server.url}/api/v1/events/stream`, { headers, signal: request.signal });
      for await (const { event, id } of readStream(resumed)) {
        if (event === "position") continue;
        expect(id).toBe(last + 1);
        break;
      }
      request.abort();
    },
    patience,
  );

  test("has room again for each that ends", async () => {
    for (let i = 0; i < 5; i++) expect((await stream()).status).toBe(200);
    for (let i = 0; i < 5; i++) {
      const request = new AbortController();
      const blocks = readStream(await fetch(`${server.url}/api/v1/events/stream`, { signal: request.signal }));
      await blocks.next();
      request.abort();
      while ((await stream()).status !== 200);
    }
    for (let i = 0; i < 5; i++) await importLines(server, lineOf("small"));
  });
});
