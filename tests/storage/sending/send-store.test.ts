import { join } from "node:path";
import { openStores } from "../../../storage/index.ts";
import { sendStoreContract } from "../../contracts/send-store.ts";
import { temporaryFolder } from "../../server.ts";

const newFile = () => `file:${join(temporaryFolder(), "runless.db")}`;

sendStoreContract("sending in memory", (options) => openStores({ ...options, url: ":memory:" }));
sendStoreContract("sending in a libSQL file", (options) => openStores({ ...options, url: newFile() }));
