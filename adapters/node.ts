import { once } from "node:events";
import type { Server } from "node:http";
import type { Socket } from "node:net";
import { serve } from "@hono/node-server";
import { gracefulStop } from "./graceful-stop.ts";
import { mostHeadBytes } from "./limits.ts";
import { runServer } from "./run-server.ts";

await runServer("node", async (app, config) => {
  const patience = config.limits.idleSeconds * 1000;
  // serve() answers an http.Server where no other kind is asked for.
  const server = serve({
    fetch: (request, env) => app.fetch(request, { ...env, keepOpen: () => keepOpen(env.incoming, patience) }),
    hostname: config.host,
    port: config.port,
    serverOptions: {
      maxHeaderSize: mostHeadBytes(config.limits),
      headersTimeout: patience,
      keepAliveTimeout: patience,
      connectionsCheckingInterval: patience / 4,
      // Node would cut off a body that takes more than five minutes, as a long import does.
      requestTimeout: 0,
    },
  }) as Server;
  server.setTimeout(patience); // of a connection on which nothing moves
  const stop = gracefulStop(server);
  await once(server, "listening"); // rejects with what "error" says
  const address = server.address();
  return { port: typeof address === "object" && address !== null ? address.port : config.port, stop };
});

function keepOpen({ socket }: { readonly socket: Pick<Socket, "setTimeout"> }, patience: number): () => void {
  socket.setTimeout(0);
  return () => void socket.setTimeout(patience);
}
