import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { text } from "node:stream/consumers";

export interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver {
  readonly port: number;
  readonly received: readonly Received[];
  /** How many connections were made, whether or not a request came. */
  connections(): number;
  /** Resolves when no connection is open. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** A real HTTP server that keeps what it receives. Default: it answers 200 and `ok`. */
export async function startReceiver(
  answer: (response: ServerResponse, request: Received) => void = (response) => response.end("ok"),
  { host = "127.0.0.1", port = 0 } = {},
): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const { method, url: path, headers } = request;
    const one = { method, path, headers, body: await text(request) };
    received.push(one);
    answer(response, one);
  });
  return { received, ...(await listening(server, host, port)) };
}

/** A server that does with a connection whatever a test likes, as soon as it has sent something. */
export async function startTcpReceiver(talk: (socket: Socket) => void): Promise<Omit<Receiver, "received">> {
  return listening(createTcpServer((socket) => socket.once("data", () => talk(socket))));
}

async function listening(server: Server, host = "127.0.0.1", port = 0) {
  let count = 0;
  const open = new Set<Socket>();
  server.on("connection", (socket) => {
    count++;
    open.add(socket);
    socket.on("error", () => {}); // the other end left
    socket.on("close", () => open.delete(socket));
  });
  await once(server.listen(port, host), "listening");
  return {
    port: (server.address() as AddressInfo).port, // of a server that listens on a port
    connections: () => count,
    async idle() {
      // `once` would reject for a connection that was reset.
      for (const socket of open) await new Promise((resolve) => socket.on("close", resolve));
    },
    async stop() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
