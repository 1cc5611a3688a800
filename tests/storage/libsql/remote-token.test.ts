import { afterAll, beforeAll, expect, test } from "bun:test";
import { materialization } from "../../../core/index.ts";
import { openEventLog } from "../../../storage/index.ts";
import type { StandIn } from "../../remote/stand-in.ts";
import { newStandIn } from "../../remote/test-database.ts";

let standIn: StandIn;
beforeAll(async () => {
  standIn = await newStandIn({ token: "right" });
});
afterAll(() => standIn.close());

const refused = {
  code: "unavailable",
  message: expect.stringMatching(/refused the token \(HTTP 401: .*RUNLESS_DATABASE_AUTH_TOKEN/),
};

test.each([
  ["without a token", undefined],
  ["with a wrong one", "wrong"],
])("a database that wants a token refuses to be opened %s, and says so at once", async (_, authToken) => {
  await expect(openEventLog({ url: standIn.url, authToken })).rejects.toMatchObject(refused);
});

test("a token is taken from the address too, and never repeated in a message", async () => {
  const log = await openEventLog({ url: `${standIn.url}?authToken=right` });
  standIn.interfere = () => "refuse token";
  const error = await log.get(1).catch((reason: unknown) => reason);
  standIn.interfere = () => undefined;
  // First, since Bun's toMatchObject leaves its matchers in what it has looked at.
  expect(String(error)).not.toContain("right");
  expect(error).toMatchObject(refused);
  await log.close();
});

test("a token that is revoked later fails reports, reads and wipes as unavailable, until there is a good one", async () => {
  const log = await openEventLog({ url: standIn.url, authToken: "right" });
  const report = () => log.append([[{ event: materialization("a") }]]);
  await report();
  standIn.interfere = () => "refuse token";
  const calls = await Promise.allSettled([
    report(),
    log.get(1),
    log.query({}, { limit: 1, order: "asc" }),
    log.asset(["a"]),
    log.assets({}, { limit: 1 }),
    log.wipe({ eventId: 1 }, null),
  ]);
  for (const call of calls) expect(call).toMatchObject({ status: "rejected", reason: refused });
  standIn.interfere = () => undefined;
  await report();
  expect((await log.asset(["a"]))?.counts.materializations).toBe(2);
  await log.close();
});
