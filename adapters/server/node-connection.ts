import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

const clientErrors: ReadonlyMap<string | undefined, string> = new Map([
  ["HPE_HEADER_OVERFLOW", "431 Request Header Fields Too Large"],
  ["HPE_CHUNK_EXTENSIONS_OVERFLOW", "413 Payload Too Large"],
  ["ERR_HTTP_REQUEST_TIMEOUT", "408 Request Timeout"],
]);

/**
 * Makes Node answer every request that arrived whole. Without it, Node answers 400 instead if other bytes follow the
 * request (RFC 9112, 9.6 and 2.2), and ends the connection if its sender has ended its half (9.6). Other bytes that are no
 * HTTP are answered as Node does.
 */
export function answerWholeRequests(server: Server): void {
  const newest = new WeakMap<Duplex, ServerResponse<IncomingMessage>>();
  const ending = new WeakSet<Duplex>();
  server.prependListener("request", ({ socket }, response) => newest.set(socket, response));

  function refuse(socket: Duplex, status = "400 Bad Request"): void {
    const response = newest.get(socket);
    const isAnswered = response?.headersSent === true && !response.req.complete;
    if (socket.writable) socket.end(isAnswered ? "" : `HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
  }

  Object.assign(server, { httpAllowHalfOpen: true }); // missing in Node's types and manual
  server.on("connection", (socket) => {
    // Deno emits no clientError for a request that breaks off.
    socket.once("end", () => newest.get(socket)?.req.complete === false && refuse(socket));
  });

  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (ending.has(socket)) return; // further bytes are ignored too
    if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy();
    const response = newest.get(socket);
    if (!response?.req.complete || response.writableFinished) return refuse(socket, clientErrors.get(error.code));
    ending.add(socket);
    response.shouldKeepAlive = false;
    response.once("close", () => socket.end()); // its head may have been sent already
  });
}

/** Ends the connection once the sender ends its half. A client that is gone would else hold a stream until a write fails. */
export function endWithSender({ socket }: IncomingMessage): void {
  if (socket.readableEnded) socket.destroy();
  else socket.once("end", () => socket.destroy());
}

/**
 * Returns a function that stops the server: it takes no new connection, and resolves when every request under way has
 * its answer. Node's own close() would wait for keep-alive connections that send more requests, and for idle ones.
 */
export function gracefulStop(server: Server): () => Promise<void> {
  const inFlight = new Map<Socket, number>();
  let stopping = false;
  const release = (socket: Socket) => {
    if (stopping && inFlight.get(socket) === 0) socket.destroySoon();
  };
  server.on("connection", (socket) => {
    inFlight.set(socket, 0);
    socket.once("close", () => inFlight.delete(socket));
  });
  server.prependListener("request", ({ socket }, response) => {
    inFlight.set(socket, (inFlight.get(socket) ?? 0) + 1);
    if (stopping) response.shouldKeepAlive = false;
    response.once("close", () => {
      if (inFlight.has(socket)) inFlight.set(socket, (inFlight.get(socket) ?? 0) - 1);
      release(socket);
    });
  });
  return async () => {
    stopping = true;
    const closed = once(server, "close");
    server.close();
    for (const socket of inFlight.keys()) release(socket);
    await closed;
  };
}
