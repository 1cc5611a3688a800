import { expect, test } from "bun:test";
import fc from "fast-check";
import { RunlessInstance } from "../../../adapters/api/instance.ts";
import { formatEvent, RunlessClient } from "../../../adapters/client.ts";
import { arbitraryEvent } from "../../../storage/testing/arbitrary-events.ts";
import { testServer } from "./harness.ts";

test("whatever is reported and read through the client is the same as in process", async () => {
  const { log, fetch } = testServer();
  const instance = new RunlessInstance(log);
  const client = new RunlessClient({ url: "http://runless.test", fetch });
  await fc.assert(
    fc.asyncProperty(arbitraryEvent, async (event) => {
      fc.pre(event.timestamp === null || event.timestamp <= Date.now());
      const direct = await instance.reportRunlessAssetEvent(event);
      const remote = await client.reportRunlessAssetEvent(event);
      const [expected, recorded] = await Promise.all([log.get(direct.id), log.get(remote.id)]);
      if (expected === undefined || recorded === undefined) throw new Error("an event was not recorded");
      const { id, receivedAt } = recorded;
      const timestamp = event.timestamp ?? recorded.timestamp;
      expect(formatEvent(recorded)).toBe(formatEvent({ ...expected, id, receivedAt, timestamp }));
    }),
    { numRuns: 300 },
  );
});
