import http from "node:http";
import { mostHeadBytes } from "./config/limits.ts";
import { hostCheck, noHost } from "./http/access/request-guard.ts";
import { errorResponse } from "./http/error-response.ts";
import { runServer } from "./server/run-server.ts";

await runServer("bun", async (app, config) => {
  // Bun.serve reads it, and has no option of its own. Its type is readonly, as it is in Node.
  Object.assign(http, { maxHeaderSize: mostHeadBytes(config.limits) });
  const { idleSeconds } = config.limits;
  const wrongHost = hostCheck();
  const answer = (request: Request, server: Bun.Server<undefined>): Response | Promise<Response> => {
    const disableIdleTimeout = () => {
      server.timeout(request, 0);
      return () => server.timeout(request, idleSeconds);
    };
    if (!request.url.startsWith("/")) return app.fetch(request, { disableIdleTimeout });
    // The url has no host if the Host header is missing, or if Bun can make no URL of it.
    const named = new Request(`http://${noHost}${request.url}`, request);
    const refusal = wrongHost(request.headers.get("host") ?? noHost);
    return refusal === undefined ? app.fetch(named, { disableIdleTimeout }) : errorResponse(refusal, named);
  };
  const server = Bun.serve({
    hostname: config.host,
    port: config.port,
    // In development Bun writes the stack trace of a body that fails to the console, and answers other failures with theirs.
    development: false,
    reusePort: false, // without it, and not in development, Bun shares its port with another server
    fetch: (request, server) =>
      request.method === "HEAD" ? withoutLength(answer(request, server)) : answer(request, server),
    // Bun ends a connection that is idle for so long, or whose head or body takes longer and comes at less than 16 KB a
    // second. The first head of a connection has ten seconds.
    idleTimeout: idleSeconds,
    // Our own limits are lower, and are enforced per route.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
  });
  return { port: server.port ?? config.port, stop: () => server.stop() };
});

/** Bun adds a content-length of 0 to an answer without a body, which is wrong for HEAD (RFC 9110, 8.6). */
async function withoutLength(answering: Response | Promise<Response>): Promise<Response> {
  const { status, headers } = await answering;
  if (status === 204 || status === 304 || headers.has("content-length")) return new Response(null, { status, headers });
  const chunked = new Headers(headers);
  chunked.set("transfer-encoding", "chunked"); // an unknown length
  return new Response(null, { status, headers: chunked });
}
