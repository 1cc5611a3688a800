import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { openConnection } from "../raw-http.ts";
import { type RunningServer, runtimes, startServer } from "../server.ts";
import { openSocket } from "./open-socket.ts";

describe.each([...runtimes])("on %s", (runtime) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer(runtime);
  });
  afterAll(async () => void (await server.stop()));

  test("who says no host, as HTTP/1.0 may, is answered", async () => {
    for (const [line, body] of [
      ["GET /health", '{"status":"ok"}'],
      ["POST /report_asset_materialization/old", "{}"],
    ]) {
      const { closed, received } = openSocket(server.port, `${line} HTTP/1.0\r\ncontent-length: 0\r\n\r\n`);
      await closed;
      expect(received()).toStartWith("HTTP/1.1 200 OK");
      expect(received()).toEndWith(body ?? "");
    }
  });

  test("a host that is no host is a 400, and brings no path of its own", async () => {
    const hosts = ["a/report_asset_materialization/k.localhost", "a?b.localhost", "a#b.localhost", "a b.localhost"];
    for (const host of hosts) {
      for (const target of ["/health", "/report_asset_materialization/a"]) {
        const connection = await openConnection(server.port, host);
        const answer = await connection.send({ target, body: "" });
        expect(answer.status).toBe(400);
        expect(JSON.parse(answer.body).error).toContain("header Host must");
        expect(answer.headers.get("x-request-id")).toBeDefined();
        connection.close();
      }
    }
  });
});
