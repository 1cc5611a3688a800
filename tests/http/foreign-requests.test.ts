import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { openConnection } from "../raw-http.ts";
import { eventsOf } from "../read-events.ts";
import { type RunningServer, runtimes, startServer } from "../server.ts";

// tests/external/browser.test.ts has a browser send what this only writes.
describe.each([...runtimes])("on %s, a request that a page of another site has sent", (runtime) => {
  const target = "/report_asset_materialization/foreign";
  const secret = "a-secret-of-the-tests-which-is-long-enough";
  let open: RunningServer;
  let closed: RunningServer;
  beforeAll(async () => {
    [open, closed] = await Promise.all([
      startServer(runtime),
      startServer(runtime, { env: { RUNLESS_TOKENS: `tests:report=${secret}` } }),
    ]);
  });
  afterAll(() => Promise.all([open.stop(), closed.stop()]));

  test("is refused with its body, and the connection serves on", async () => {
    const body = "x".repeat(3_000_000);
    const headers = [
      ["origin", "https://evil.test"],
      ["content-type", "text/plain"],
    ] as const;
    const connection = await openConnection(open.port);
    expect((await connection.send({ target, headers, body })).status).toBe(403);
    expect((await connection.send({ method: "GET", target: "/health" })).status).toBe(200);
    connection.close();
    expect(await eventsOf(open.url, ["foreign"])).toEqual([]);
  });

  test("under a name that is not ours is refused where nobody needs a token, and only there", async () => {
    const [unguarded, guarded] = await Promise.all([open, closed].map(({ port }) => openConnection(port, "evil.test")));
    expect(await unguarded?.send({ target })).toMatchObject({
      status: 403,
      body: expect.stringContaining("This server isn't called evil.test."),
    });
    expect((await guarded?.send({ target }))?.status).toBe(401);
    expect((await guarded?.send({ target, headers: [["authorization", `Bearer ${secret}`]] }))?.status).toBe(200);
    unguarded?.close();
    guarded?.close();
  });

  test.each([".1", "1.2.3.4.5", "999.9.9.9"])(
    "under %s, which no URL names, never makes the server fail",
    async (name) => {
      for (const { port } of [open, closed]) {
        for (const path of [target, "/api/v1/events"]) {
          // What names another host in its first line must not make this one good.
          const other = await openConnection(port, name);
          await other.send({ method: "GET", target: "http://localhost/health" });
          other.close();
          const connection = await openConnection(port, name);
          const headers = [["authorization", `Bearer ${secret}`]] as const;
          const { status, body } = await connection.send({ target: path, headers, body: "{}" });
          expect([200, 400, 403, 415]).toContain(status);
          if (status !== 200) expect(JSON.parse(body)).toEqual({ error: expect.any(String) });
          connection.close();
        }
      }
    },
  );
});
