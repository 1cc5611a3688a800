import { once } from "node:events";
import { connect } from "node:net";

/** A connection that sends this and no more, with what it receives. */
export function openSocket(port: number, first: string) {
  const socket = connect(port, "127.0.0.1");
  let received = "";
  let isClosed = false;
  socket.on("data", (data) => {
    received += data;
  });
  socket.on("error", () => {}); // a reset; "close" follows
  const closed = once(socket, "close").then(() => {
    isClosed = true;
  });
  socket.write(first);
  async function until(isSo: (received: string) => boolean): Promise<void> {
    while (!isSo(received)) {
      if (isClosed) throw new Error(`The connection was closed after ${received.length} bytes.`);
      await Promise.race([once(socket, "data"), closed]);
    }
  }
  return { socket, closed, until, received: () => received };
}
