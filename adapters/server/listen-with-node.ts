import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { getRequestListener, type HttpBindings, RequestError } from "@hono/node-server";
import { mostHeadBytes } from "../config/limits.ts";
import { hostCheck, noHost } from "../http/access/request-guard.ts";
import { errorResponse } from "../http/error-response.ts";
import { HttpError } from "../http/http-error.ts";
import type { RequestParts } from "../http/request.ts";
import { answerWholeRequests, endWithSender, gracefulStop } from "./node-connection.ts";
import { nodeReportFastPath } from "./node-report-fast-path.ts";
import type { Listen } from "./run-server.ts";

/** Listens by Node's own HTTP server, which Deno has too. */
export const listenWithNode: Listen = async (app, config) => {
  const idleTimeout = config.limits.idleSeconds * 1000;
  const wrongHost = hostCheck();
  const answerReport = nodeReportFastPath(app, config.limits);
  const answerOther = getRequestListener(
    (request, env) => {
      // Only HTTP/2 has other requests than Node's own, and nobody speaks it here.
      const { incoming, outgoing } = env as HttpBindings;
      const refusal = wrongHost(incoming.headers.host ?? noHost);
      if (refusal !== undefined) return errorResponse(refusal, request);
      if (isAwaited(incoming))
        Object.assign(request, { isAwaited: () => isAwaited(incoming) } satisfies Partial<RequestParts>);
      // Of a body that fails @hono/node-server would write a stack trace to the console.
      const breakOff = () => void outgoing.destroy();
      return app.fetch(request, {
        incoming,
        disableIdleTimeout: () => disableIdleTimeout(incoming, idleTimeout),
        endWithSender: () => endWithSender(incoming),
        breakOff,
      });
    },
    {
      hostname: noHost,
      errorHandler: (error) => errorResponse(error instanceof RequestError ? noUrl(error) : error, unreadable()),
    },
  );
  const options = {
    maxHeaderSize: mostHeadBytes(config.limits),
    headersTimeout: idleTimeout,
    keepAliveTimeout: idleTimeout,
    connectionsCheckingInterval: idleTimeout / 4,
    // Node would cut off a body that takes more than five minutes, as a long import does.
    requestTimeout: 0,
  };
  const server = createServer(options, (incoming, outgoing) => {
    readTarget(incoming);
    // An empty port says nothing (RFC 3986, 6.2.3), and no URL with one stays as it is written.
    if (incoming.headers.host?.endsWith(":")) incoming.headers.host = incoming.headers.host.slice(0, -1);
    const isGood = wrongHost(incoming.headers.host ?? noHost) === undefined;
    if (!isGood || !answerReport(incoming, outgoing)) void answerOther(incoming, outgoing);
  });
  server.setTimeout(idleTimeout); // of a connection on which nothing moves
  answerWholeRequests(server);
  server.on("checkContinue", (incoming, outgoing) => {
    continueOnRead(incoming, outgoing);
    server.emit("request", incoming, outgoing);
  });
  const stop = gracefulStop(server);
  server.listen(config.port, config.host);
  await once(server, "listening"); // rejects with what "error" says
  const address = server.address();
  return { port: typeof address === "object" && address !== null ? address.port : config.port, stop };
};

/** Stands for what no Request could be made of. */
function unreadable(): RequestParts {
  const url = `http://${noHost}/?`;
  return { method: "?", url, headers: new Headers(), body: null, arrayBuffer: async () => new Uint8Array() };
}

function noUrl({ message }: RequestError): HttpError {
  const problem = "The target and the header Host must make a URL together, as /health and localhost do";
  return new HttpError(400, `${problem}. They do not: ${message}.`);
}

function disableIdleTimeout(
  { socket }: { readonly socket: Pick<Socket, "setTimeout"> },
  idleTimeout: number,
): () => void {
  socket.setTimeout(0);
  return () => void socket.setTimeout(idleTimeout);
}

/**
 * Reads a target that is a whole URL: what it says of the host is valid, whatever Host says (RFC 9112, 3.2.2). The
 * request is then as it would be with the path alone for a target.
 */
function readTarget(incoming: IncomingMessage): void {
  const { url = "", headers, rawHeaders } = incoming;
  if (url.startsWith("/")) return;
  const [, host, target] = /^https?:\/\/([^/?#]*)(.*)$/is.exec(url) ?? [];
  if (host === undefined || target === undefined) return;
  incoming.url = target.startsWith("/") ? target : `/${target}`;
  headers.host = host;
  const name = rawHeaders.findIndex((text, i) => i % 2 === 0 && text.toLowerCase() === "host");
  // Of a second one is left what refuses the request.
  if (name === -1) rawHeaders.push("Host", host);
  else rawHeaders[name + 1] = host;
}

const awaited = new WeakSet<IncomingMessage>();

/** Says 100 to a sender that waits for it, but not before somebody reads the body: what is refused need not be sent. */
function continueOnRead(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const read = incoming._read;
  awaited.add(incoming);
  incoming._read = function readOn(size) {
    if (awaited.delete(incoming) && !outgoing.headersSent) outgoing.writeContinue();
    read.call(incoming, size);
  };
}

/** Whether the sender still waits to be told to send the body. */
function isAwaited(incoming: IncomingMessage): boolean {
  return awaited.has(incoming);
}
