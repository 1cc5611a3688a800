// A server's share in watching, as a process of its own: with a clock that is ahead or behind, and a short lease.
import { runWatcher } from "../../../../adapters/server/watching/run-watcher.ts";
import { openStores } from "../../../../storage/index.ts";

const [url = "", authToken = "", ahead = "0", lease = "1000"] = process.argv.slice(2);
const now = () => Date.now() + Number(ahead);
const { log, watching } = await openStores({ url, authToken: authToken === "" ? undefined : authToken, now });
const ending = new AbortController();
process.on("SIGTERM", () => ending.abort());
console.log("watching");
const staysAlive = setInterval(() => {}, 1000);
await runWatcher({
  ...{ store: watching, log, signal: ending.signal, settle: 60_000, lease: Number(lease) },
  read: () => ({ now: now(), elapsed: performance.now() }),
});
clearInterval(staysAlive);
await log.close();
