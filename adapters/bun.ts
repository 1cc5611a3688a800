import { runServer } from "./run-server.ts";

await runServer("bun", async (app, config) => {
  const server = Bun.serve({
    hostname: config.host,
    port: config.port,
    // What is meant to be quiet for longer than Bun's ten seconds says so.
    fetch: (request, server) => app.fetch(request, { keepOpen: () => server.timeout(request, 0) }),
    // Seconds. Bun's own 10 would cut off a report that waits for the database's lock, without an answer.
    idleTimeout: 60,
    // Above every limit of ours, which are enforced per route.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
  });
  return { port: server.port ?? config.port, stop: () => server.stop() };
});
