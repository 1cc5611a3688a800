import { once } from "node:events";
import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import { gracefulStop } from "./graceful-stop.ts";
import { runServer } from "./run-server.ts";

await runServer("node", async (app, config) => {
  // serve() answers an http.Server where no other kind is asked for.
  const server = serve({
    fetch: app.fetch,
    hostname: config.host,
    port: config.port,
    // Node would cut off a body that takes more than five minutes, as a long import does.
    serverOptions: { requestTimeout: 0 },
  }) as Server;
  const stop = gracefulStop(server);
  await once(server, "listening"); // rejects with what "error" says
  const address = server.address();
  return { port: typeof address === "object" && address !== null ? address.port : config.port, stop };
});
