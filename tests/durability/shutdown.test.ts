import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { openConnection } from "../raw-http.ts";
import { runtimes, startServer, temporaryFolder } from "../server.ts";
import { reportUntilClosed } from "./load.ts";
import { recount } from "./recount.ts";
import { distinctReports } from "./reports.ts";

const signals = ["SIGTERM", "SIGINT"] as const;
const acknowledgementsBeforeTheSignal = 200;

describe.each([...runtimes])("a %s server that is asked to stop mid-load", (runtime) => {
  test.each([...signals])(
    "finishes what it accepted and ends with 0 on %s",
    async (signal) => {
      const databaseUrl = `file:${join(temporaryFolder(), "stopped.db")}`;
      const stopped = await startServer(runtime, { databaseUrl });
      const { acknowledged, unanswered, refused } = await reportUntilClosed(stopped.port, {
        connections: 16,
        reports: distinctReports(signal),
        onAcknowledged: (count) => {
          if (count === acknowledgementsBeforeTheSignal) stopped.process.kill(signal);
        },
      });
      expect(await stopped.stop(signal)).toBe(0);
      expect(unanswered.map(({ received }) => received)).toEqual(unanswered.map(() => ""));
      // A server that stops may say so in a whole answer.
      expect(refused.map(({ answer }) => answer.status)).toEqual(refused.map(() => 503));

      const restarted = await startServer(runtime, { databaseUrl });
      const { found, problems } = await recount(restarted.url);
      await restarted.stop();
      expect(problems).toEqual([]);
      // Also the other way round: nothing is recorded whose caller was not told.
      expect([...found].sort()).toEqual(acknowledged.map(({ uid }) => [uid, 1] as [string, number]).sort());
    },
    30_000,
  );

  test("ends at once where idle connections are open", async () => {
    const server = await startServer(runtime);
    const used = await openConnection(server.port);
    await used.send({ method: "GET", target: "/health" });
    await openConnection(server.port);
    expect(await server.stop("SIGTERM")).toBe(0);
  });
});
