import { join } from "node:path";
import { openStores } from "../../storage/index.ts";
import { definitionStoreContract } from "../contracts/definition-store.ts";
import { temporaryFolder } from "../server.ts";

const newFile = () => `file:${join(temporaryFolder(), "runless.db")}`;

definitionStoreContract("definitions in memory", (options) => openStores({ ...options, url: ":memory:" }));
definitionStoreContract("definitions in a libSQL file", (options) => openStores({ ...options, url: newFile() }));
