import { once } from "node:events";
import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * A function that takes no new connection and resolves when every request under way has its answer. Node's own close()
 * would wait for keep-alive connections that go on asking, and for those that never asked.
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
