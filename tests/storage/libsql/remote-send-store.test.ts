import { openStores } from "../../../storage/index.ts";
import { sendStoreContract } from "../../contracts/send-store.ts";
import { emptyDatabase, testDatabase } from "../../remote/test-database.ts";

const address = testDatabase();

sendStoreContract("sending in a remote libSQL database", async ({ now }) => {
  await emptyDatabase(address());
  return openStores({ now, ...address() });
});
