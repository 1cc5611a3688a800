import { expect, test } from "bun:test";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { runtimes, startServer, temporaryFolder } from "../server.ts";

test.concurrent.each([...runtimes])(
  "the %s server answers every report with 503 while another process holds the write lock for long, and then works",
  async (runtime) => {
    const databaseUrl = `file:${join(temporaryFolder(), "runless.db")}`;
    const server = await startServer(runtime, { databaseUrl });
    const report = () => fetch(`${server.url}/report_asset_materialization/a`, { method: "POST" });
    const other = createClient({ url: databaseUrl, concurrency: 1 });
    const held = await other.transaction("write");
    // Later ones wait behind the first, and must not wait for as long again.
    const answers = await Promise.all([report(), report(), report()]);
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
    expect(answers.map(({ headers }) => headers.get("retry-after"))).toEqual(["1", "1", "1"]);
    expect(await answers[0]?.json()).toEqual({ error: expect.stringContaining("write lock for 10 seconds") });
    await held.rollback();
    expect((await report()).status).toBe(200);
    const events = await other.execute("SELECT count(*) AS n FROM event");
    expect(events.rows[0]?.n).toBe(1);
    other.close();
    await server.stop();
  },
  30_000,
);
