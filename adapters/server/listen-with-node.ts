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

/** Listens with Node's HTTP server, which Deno has too. */
export const listenWithNode: Listen = async (app, config) => {
  const idleTimeout = config.limits.idleSeconds * 1000;
  const wrongHost = hostCheck();
  const answerReport = nodeReportFastPath(app, config.limits);
  const answerOther = getRequestListener(
    (request, env) => {
      // The requests are Node's own. Only HTTP/2, which this server does not speak, has others.
      const { incoming, outgoing } = env as HttpBindings;
      const refusal = wrongHost(incoming.headers.host ?? noHost);
      if (refusal !== undefined) return errorResponse(refusal, request);
      if (isAwaited(incoming))
        Object.assign(request, { isAwaited: () => isAwaited(incoming) } satisfies Partial<RequestParts>);
      // @hono/node-server would write a stack trace to the console if a body fails.
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
    // Node would end a request whose body takes more than five minutes, such as a long import.
    requestTimeout: 0,
  };
  const server = createServer(options, (incoming, outgoing) => {
    readTarget(incoming);
    // An empty port means none (RFC 3986, 6.2.3), and URL would remove it.
    if (incoming.headers.host?.endsWith(":")) incoming.headers.host = incoming.headers.host.slice(0, -1);
    const isGood = wrongHost(incoming.headers.host ?? noHost) === undefined;
    if (!isGood || !answerReport(incoming, outgoing)) void answerOther(incoming, outgoing);
  });
  server.setTimeout(idleTimeout); // the idle time-out of a connection
  answerWholeRequests(server);
  server.on("checkContinue", (incoming, outgoing) => {
    continueOnRead(incoming, outgoing);
    server.emit("request", incoming, outgoing);
  });
  const stop = gracefulStop(server);
  server.listen(config.port, config.host);
  await once(server, "listening"); // rejects with the error of an "error" event
  const address = server.address();
  return { port: typeof address === "object" && address !== null ? address.port : config.port, stop };
};

/** Stands for a request that no Request could be made of. */
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
 * Replaces a target that is a whole URL by its path. The host of the target overrides the header Host (RFC 9112, 3.2.2).
 */
function readTarget(incoming: IncomingMessage): void {
  const { url = "", headers, rawHeaders } = incoming;
  if (url.startsWith("/")) return;
  const [, host, target] = /^https?:\/\/([^/?#]*)(.*)$/is.exec(url) ?? [];
  if (host === undefined || target === undefined) return;
  incoming.url = target.startsWith("/") ? target : `/${target}`;
  headers.host = host;
  const name = rawHeaders.findIndex((text, i) => i % 2 === 0 && text.toLowerCase() === "host");
  // A second Host header is kept, so that the request is refused.
  if (name === -1) rawHeaders.push("Host", host);
  else rawHeaders[name + 1] = host;
}

const awaited = new WeakSet<IncomingMessage>();

/** Sends a 100 to a waiting sender when the body is first read. The body of a refused request need not be sent. */
function continueOnRead(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const read = incoming._read;
  awaited.add(incoming);
  incoming._read = function readOn(size) {
    if (awaited.delete(incoming) && !outgoing.headersSent) outgoing.writeContinue();
    read.call(incoming, size);
  };
}

/** Whether the sender still waits for a 100 before it sends the body. */
function isAwaited(incoming: IncomingMessage): boolean {
  return awaited.has(incoming);
}
