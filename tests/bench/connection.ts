import { connect, type Socket } from "node:net";

/** A connection that sends one request at a time. Not fetch, which shares its connections among a few hundred. */
export class Connection {
  readonly #socket: Socket;
  #text = "";
  #answered: (answer: { readonly status: number; readonly at: number }) => void = () => {};

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#socket = connect(Number(port), hostname);
    this.#socket.setNoDelay(true);
    this.#socket.on("data", (chunk) => {
      this.#text += chunk;
      const head = this.#text.indexOf("\r\n\r\n");
      const length = /content-length: *(\d+)/i.exec(this.#text)?.[1];
      if (head === -1 || this.#text.length < head + 4 + Number(length ?? 0)) return;
      const status = Number(this.#text.slice(9, 12));
      this.#text = "";
      this.#answered({ status, at: performance.now() });
    });
    this.#socket.on("error", (error) => {
      throw error;
    });
  }

  send(method: string, path: string): Promise<{ readonly status: number; readonly at: number }> {
    return new Promise((resolve) => {
      this.#answered = resolve;
      const length = method === "POST" ? "content-length: 0\r\n" : "";
      this.#socket.write(`${method} ${path} HTTP/1.1\r\nhost: localhost\r\n${length}\r\n`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
