import { join } from "node:path";
import { openStores } from "../../../storage/index.ts";
import { watchStoreContract } from "../../contracts/watch-store.ts";
import { temporaryFolder } from "../../server.ts";

const newFile = () => `file:${join(temporaryFolder(), "runless.db")}`;

watchStoreContract("watching in memory", (options) => openStores({ ...options, url: ":memory:" }));
watchStoreContract("watching in a libSQL file", (options) => openStores({ ...options, url: newFile() }));
