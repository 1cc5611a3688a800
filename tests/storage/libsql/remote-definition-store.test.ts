import { describe, test } from "bun:test";
import { openStores } from "../../../storage/index.ts";
import { definitionStoreContract } from "../../../storage/testing/index.ts";
import { emptyDatabase, testDatabase } from "../../remote/test-database.ts";

const address = testDatabase();

definitionStoreContract({ describe, test }, "definitions in a remote libSQL database", async ({ now }) => {
  await emptyDatabase(address());
  return openStores({ now, ...address() });
});
