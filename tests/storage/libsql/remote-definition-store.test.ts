import { openStores } from "../../../storage/index.ts";
import { definitionStoreContract } from "../../contracts/definition-store.ts";
import { emptyDatabase, testDatabase } from "../../remote/test-database.ts";

const address = testDatabase();

definitionStoreContract("definitions in a remote libSQL database", async ({ now }) => {
  await emptyDatabase(address());
  return openStores({ now, ...address() });
});
