import { join } from "node:path";
import { openLibsqlEventLog } from "../../../storage/index.ts";
import { eventLogContract } from "../../contracts/event-log.ts";
import { temporaryFolder } from "../../server.ts";

eventLogContract("a libSQL file", (options) =>
  openLibsqlEventLog({ ...options, url: `file:${join(temporaryFolder(), "runless.db")}` }),
);
