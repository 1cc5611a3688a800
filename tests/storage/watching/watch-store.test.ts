import { describe, test } from "bun:test";
import { join } from "node:path";
import { openStores } from "../../../storage/index.ts";
import { watchStoreContract } from "../../../storage/testing/index.ts";
import { temporaryFolder } from "../../server.ts";

const runner = { describe, test };
const newFile = () => `file:${join(temporaryFolder(), "runless.db")}`;

watchStoreContract(runner, "watching in memory", (options) => openStores({ ...options, url: ":memory:" }));
watchStoreContract(runner, "watching in a libSQL file", (options) => openStores({ ...options, url: newFile() }));
