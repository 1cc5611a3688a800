import { describe, test } from "bun:test";
import { join } from "node:path";
import { openLibsqlEventLog } from "../../../storage/index.ts";
import { eventLogContract, maintenanceContract } from "../../../storage/testing/index.ts";
import { temporaryFolder } from "../../server.ts";

const open = (options: { readonly now: () => number }) =>
  openLibsqlEventLog({ ...options, url: `file:${join(temporaryFolder(), "runless.db")}` });

eventLogContract({ describe, test }, "a libSQL file", open, { keepsReporters: true });
maintenanceContract({ describe, test }, "a libSQL file", open);
