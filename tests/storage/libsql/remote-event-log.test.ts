import { describe, test } from "bun:test";
import { openLibsqlEventLog } from "../../../storage/index.ts";
import { eventLogContract, maintenanceContract } from "../../../storage/testing/index.ts";
import { emptyDatabase, testDatabase } from "../../remote/test-database.ts";

const address = testDatabase();

async function open({ now }: { readonly now: () => number }) {
  await emptyDatabase(address());
  return openLibsqlEventLog({ now, ...address() });
}

// sqld takes no row and no argument above 5 MB.
eventLogContract({ describe, test }, "a remote libSQL database", open, {
  longestText: 2 ** 17,
  histories: 30,
  keepsReporters: true,
});
maintenanceContract({ describe, test }, "a remote libSQL database", open);
