import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type Client, createClient } from "@libsql/client/http";
import { materialization } from "../../../../core/index.ts";
import { type EventLog, openEventLog } from "../../../../storage/index.ts";
import { readIds, recorded } from "../../../../storage/testing/event-log/harness.ts";
import { isAbout, once } from "../../../remote/once.ts";
import type { StandIn } from "../../../remote/stand-in.ts";
import { newStandIn } from "../../../remote/test-database.ts";

let standIn: StandIn;
let log: EventLog;
let client: Client;
beforeEach(async () => {
  standIn = await newStandIn({ transactionMs: 300 });
  log = await openEventLog({ url: standIn.url });
  client = createClient({ url: standIn.url });
  await log.append(["a", "a", "b"].map((key) => [{ event: materialization(key) }]));
});
afterEach(async () => {
  await log.close();
  client.close();
  await standIn.close();
});

const commit = '"sql":"COMMIT"';
const statement = "DELETE FROM event WHERE id IN";

/** Wipes one event while something happens to it, which must leave one trace, as if nothing had. */
async function wipeOnce(): Promise<void> {
  expect(await log.wipe({ eventId: 1 }, "me")).toMatchObject({ id: 4, type: "ASSET_WIPED" });
  expect(await readIds(log)).toEqual([2, 3, 4]);
  expect((await log.asset(["a"]))?.counts.materializations).toBe(1);
}

describe("a wipe in a remote database happens once", () => {
  test("where the stream of its transaction expires", async () => {
    const expired = once(standIn, statement, async () => standIn.expireStreams());
    await wipeOnce();
    await expired;
  });

  test("where its transaction takes too long, and the database ends it for the next writer", async () => {
    const ended = once(standIn, statement, () => client.execute("DELETE FROM write_lock"));
    await wipeOnce();
    await ended;
  });

  test.each(["drop before", "drop after", "bad gateway"] as const)("after %p of a statement", async (interference) => {
    const done = once(standIn, statement, interference);
    await wipeOnce();
    await done;
  });

  test.each(["drop before", "drop after", "bad gateway"] as const)("after %p of its commit", async (interference) => {
    let commits = 0;
    standIn.interfere = (request) => {
      const isCommit = request.requests.some(({ type }) => type === "execute") && isAbout(request, commit);
      return isCommit && ++commits === 1 ? interference : undefined;
    };
    await wipeOnce();
    expect(commits).toBe(interference === "drop after" ? 1 : 2);
  });

  test("after its commit's answer is lost, and then that of the question what became of it", async () => {
    const lost = once(standIn, commit, "drop after");
    const wiping = wipeOnce();
    await lost;
    await once(standIn, "ON CONFLICT DO NOTHING", "drop after");
    await wiping;
  });
});

test("a report waits for somebody else's transaction, until the database ends that", async () => {
  const other = await client.transaction("write");
  await other.execute("DELETE FROM write_lock");
  expect(await log.append([[{ event: materialization("a") }]])).toEqual([recorded(4)]);
  await expect(other.commit()).rejects.toThrow();
});
