import { test } from "bun:test";
import { join } from "node:path";
import { temporaryFolder } from "../../../server.ts";
import { decideOnce } from "./three-servers.ts";

test("three servers on one file decide each of 1,000 deadlines and checks once, whoever dies or stops", async () => {
  await decideOnce({ url: `file:${join(temporaryFolder(), "runless.db")}`, assets: 900, checks: 100 });
}, 240_000);
