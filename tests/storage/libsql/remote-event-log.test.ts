import { afterAll, beforeAll } from "bun:test";
import { openLibsqlEventLog } from "../../../storage/index.ts";
import { eventLogContract } from "../../contracts/event-log.ts";
import type { StandIn } from "../../remote/stand-in.ts";
import { emptyDatabase, newStandIn, realDatabase } from "../../remote/test-database.ts";

let standIn: StandIn | undefined;
let address = realDatabase() ?? { url: "" };
beforeAll(async () => {
  if (address.url !== "") return;
  standIn = await newStandIn();
  address = { url: standIn.url };
});
afterAll(() => standIn?.close());

// sqld takes no row and no argument above 5 MB.
const options = { longestText: 2 ** 17, histories: 30 };

eventLogContract(
  "a remote libSQL database",
  async ({ now }) => {
    await emptyDatabase(address);
    return openLibsqlEventLog({ now, ...address });
  },
  options,
);
