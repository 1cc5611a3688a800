import { RunlessClient } from "../../../adapters/client.ts";
import { runlessApiContract } from "../../contracts/runless-api.ts";
import { runtimes, startServer } from "../../server.ts";
import { testServer } from "./harness.ts";

runlessApiContract("RunlessClient of an app in this process", async () => {
  const { fetch, log } = testServer();
  const api = new RunlessClient({ url: "http://runless.test/", fetch });
  return { api, close: () => api.close().then(() => log.close()) };
});

for (const runtime of runtimes) {
  runlessApiContract(`RunlessClient of a server on ${runtime}`, async () => {
    const server = await startServer(runtime);
    const api = new RunlessClient({ url: server.url });
    return { api, close: () => api.close().then(() => server.stop()) };
  });
}
