import http from "node:http";
import { mostHeadBytes } from "./config/limits.ts";
import { hostCheck, noHost } from "./http/access/request-guard.ts";
import { errorResponse } from "./http/error-response.ts";
import { runServer } from "./server/run-server.ts";

await runServer("bun", async (app, config) => {
  // Bun.serve goes by it too, and has no option of its own. Its type says that it can't be set, which in Node is so.
  Object.assign(http, { maxHeaderSize: mostHeadBytes(config.limits) });
  const { idleSeconds } = config.limits;
  const wrongHost = hostCheck();
  const answer = (request: Request, server: Bun.Server<undefined>): Response | Promise<Response> => {
    const disableIdleTimeout = () => {
      server.timeout(request, 0);
      return () => server.timeout(request, idleSeconds);
    };
    if (!request.url.startsWith("/")) return app.fetch(request, { disableIdleTimeout });
    // So it is without a host, and with one that Bun can make no URL of.
    const named = new Request(`http://${noHost}${request.url}`, request);
    const refusal = wrongHost(request.headers.get("host") ?? noHost);
    return refusal === undefined ? app.fetch(named, { disableIdleTimeout }) : errorResponse(refusal, named);
  };
  const server = Bun.serve({
    hostname: config.host,
    port: config.port,
    // Else Bun writes the stack trace of a body that fails to the console, and sends that of any other failure.
    development: false,
    reusePort: false, // without it, and not in development, Bun shares its port with another server
    fetch: (request, server) =>
      request.method === "HEAD" ? withoutLength(answer(request, server)) : answer(request, server),
    // Bun ends a connection on which nothing moves for so long, or whose head or body takes longer and comes at less
    // than 16 KB a second. A first head has ten seconds.
    idleTimeout: idleSeconds,
    // Above every limit of ours, which are enforced per route.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
  });
  return { port: server.port ?? config.port, stop: () => server.stop() };
});

/** Bun says of an answer without a body that it has 0 bytes, which of one to HEAD is wrong (RFC 9110, 8.6). */
async function withoutLength(answering: Response | Promise<Response>): Promise<Response> {
  const { status, headers } = await answering;
  if (status === 204 || status === 304 || headers.has("content-length")) return new Response(null, { status, headers });
  const said = new Headers(headers);
  said.set("transfer-encoding", "chunked"); // a length that is not known
  return new Response(null, { status, headers: said });
}
