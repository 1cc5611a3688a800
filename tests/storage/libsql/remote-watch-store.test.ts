import { describe, test } from "bun:test";
import { openStores } from "../../../storage/index.ts";
import { watchStoreContract } from "../../../storage/testing/index.ts";
import { decideOnce } from "../../adapters/server/watching/three-servers.ts";
import { emptyDatabase, testDatabase } from "../../remote/test-database.ts";

const address = testDatabase();

watchStoreContract({ describe, test }, "watching in a remote libSQL database", async ({ now }) => {
  await emptyDatabase(address());
  return openStores({ now, ...address() });
});

test("three servers on one remote database decide each of 1,000 deadlines and checks once", async () => {
  await emptyDatabase(address());
  await decideOnce({ ...address(), assets: 900, checks: 100 });
}, 240_000);
