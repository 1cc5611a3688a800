import { runServer } from "./run-server.ts";

await runServer("bun", async (app, config) => {
  const server = Bun.serve({
    hostname: config.host,
    port: config.port,
    fetch: app.fetch,
    // Above every limit of ours, which are enforced per route.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
  });
  return { port: server.port ?? config.port, stop: () => server.stop() };
});
