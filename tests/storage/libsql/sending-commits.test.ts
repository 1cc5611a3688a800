import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { openStores, type Stores } from "../../../storage/index.ts";
import { createLogDatabase } from "../../../storage/libsql/create-log-database.ts";
import { openFileAccess } from "../../../storage/libsql/file/file-access.ts";
import type { LogDatabase } from "../../../storage/libsql/log-database.ts";
import { openRemoteAccess } from "../../../storage/libsql/remote/remote-access.ts";
import { commitBatch, expireBatch, forgetBatch } from "../../../storage/libsql/sending/commit-statements.ts";
import { SendCommits } from "../../../storage/libsql/sending/send-commits.ts";
import { destinationRow, messageIds, newDelivery, Sender } from "../../contracts/sending.ts";
import { isAbout } from "../../remote/once.ts";
import { emptyDatabase, newStandIn, testDatabase } from "../../remote/test-database.ts";
import { temporaryFolder } from "../../server.ts";

const remote = testDatabase();

describe.each(["a file", "a remote database"])("a commit of who sends, in %s", (kind) => {
  let stores: Stores;
  let database: LogDatabase;
  let sender: Sender;
  beforeEach(async () => {
    if (kind !== "a file") await emptyDatabase(remote());
    const address = kind === "a file" ? { url: `file:${join(temporaryFolder(), "runless.db")}` } : remote();
    stores = await openStores(address);
    database = createLogDatabase(await (kind === "a file" ? openFileAccess(address) : openRemoteAccess(address)));
    sender = await new Sender(stores.sending).take();
    await sender.write({ destinations: [destinationRow("x")], queued: [newDelivery("x", "1")] });
  });
  afterEach(async () => {
    await database.close();
    await stores.log.close();
  });

  const lease = () => stores.sending.lease();
  const cursor = async () => (await stores.sending.destinations())[0]?.eventCursor;
  const queue = async () => messageIds(await stores.sending.pending("x"));
  const moved = (eventCursor: number, id: string) => ({
    destinations: [destinationRow("x", { eventCursor })],
    queued: [newDelivery("x", id)],
  });

  test("is written once, also if it is sent again since its answer was lost", async () => {
    const seen = await lease();
    const batch = commitBatch(seen, "id", moved(7, "2"));
    const written = { fence: seen.fence, beat: seen.beat + 1, commitId: "id", isHeld: true };
    expect(await database.writeSending(batch)).toMatchObject(written);
    expect(await database.writeSending(batch)).toMatchObject(written);
    expect(await lease()).toMatchObject({ beat: seen.beat + 1 });
    expect([await cursor(), await queue()]).toEqual([7, ["1", "2"]]);
  });

  test("that arrives once more after the next one changes nothing", async () => {
    const late = commitBatch(await lease(), "late", moved(7, "2"));
    await database.writeSending(late);
    await database.writeSending(commitBatch(await lease(), "next", { ...moved(8, "3"), forgotten: ["x"] }));
    const after = await lease();
    for (const batch of [late, forgetBatch({ ...after, beat: after.beat - 1 }, ["x"])]) {
      await database.writeSending(batch);
    }
    expect(await lease()).toEqual(after);
    expect([await cursor(), await queue()]).toEqual([8, ["3"]]);
  });

  test("is still written after one that failed, and was written all the same", async () => {
    const commits = new SendCommits({
      ...{ sendLease: () => database.sendLease() },
      writeSending: async (batch) => {
        const found = await database.writeSending(batch);
        if (JSON.stringify(batch).includes("fails")) throw new Error("The answer was lost.");
        return found;
      },
    });
    await expect(commits.commit(sender.fence, moved(7, "fails"))).rejects.toThrow("lost");
    expect(await commits.commit(sender.fence, moved(8, "2"))).toBe(true);
    // Another object of this process: it finds a beat that it does not know.
    expect(await sender.commit(moved(9, "3"))).toBe(true);
    expect(await commits.commit(sender.fence, moved(10, "4"))).toBe(true);
    expect([await cursor(), await queue()]).toEqual([10, ["1", "fails", "2", "3", "4"]]);
  });

  test("of who has lost the lease meanwhile writes nothing, whichever statement it is", async () => {
    await sender.write({ queued: [newDelivery("x", "2", { endedAt: 5, status: "dead" })] });
    await stores.sending.request({ action: "test", destination: "x", argument: null, option: null });
    const seen = await lease();
    const change = { id: 1, status: "dead", attempts: 1, nextAt: 0, endedAt: 1, answer: null } as const;
    const batches = [
      commitBatch(seen, "a", { ...moved(7, "3"), changed: [change], answered: [1] }),
      commitBatch(seen, "b", { forgotten: ["x"] }),
      forgetBatch(seen, ["x"]),
      expireBatch(seen, 9),
    ];
    const state = async () => [
      await lease(),
      await stores.sending.destinations(),
      (await stores.sending.deliveries({}, { limit: 9 })).deliveries,
      await stores.sending.requests(),
    ];
    await new Sender(stores.sending).take("another");
    const before = await state();
    for (const batch of batches) await database.writeSending(batch);
    expect(await state()).toEqual(before);
  });
});

test("while every third commit to a remote database gets no answer, each is written once and known to be", async () => {
  const standIn = await newStandIn();
  const stores = await openStores({ url: standIn.url });
  const sender = await new Sender(stores.sending).take();
  let commits = 0;
  standIn.interfere = (request) => {
    if (!isAbout(request, "commit_id = ?1")) return undefined;
    return (["drop after", undefined, "drop before"] as const)[commits++ % 3];
  };
  const ids = Array.from({ length: 12 }, (_, i) => `m${i}`);
  const { beat } = await stores.sending.lease();
  for (const id of ids) await sender.write({ queued: [newDelivery("x", id)] });
  expect(commits).toBeGreaterThan(ids.length);
  expect(messageIds(await stores.sending.pending("x"))).toEqual(ids);
  expect((await stores.sending.lease()).beat).toBe(beat + ids.length);
  await stores.log.close();
  await standIn.close();
}, 30_000);
