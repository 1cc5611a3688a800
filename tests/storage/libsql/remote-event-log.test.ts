import { openLibsqlEventLog } from "../../../storage/index.ts";
import { eventLogContract } from "../../contracts/event-log.ts";
import { emptyDatabase, testDatabase } from "../../remote/test-database.ts";

const address = testDatabase();

// sqld takes no row and no argument above 5 MB.
const options = { longestText: 2 ** 17, histories: 30 };

eventLogContract(
  "a remote libSQL database",
  async ({ now }) => {
    await emptyDatabase(address());
    return openLibsqlEventLog({ now, ...address() });
  },
  options,
);
