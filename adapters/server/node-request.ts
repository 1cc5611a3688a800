import type { IncomingMessage, ServerResponse } from "node:http";

/**
 * Reads a target that is a whole URL: what it says of the host is valid, whatever Host says (RFC 9112, 3.2.2). The
 * request is then as it would be with the path alone for a target.
 */
export function readTarget(incoming: IncomingMessage): void {
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
export function continueOnRead(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const read = incoming._read;
  awaited.add(incoming);
  incoming._read = function readOn(size) {
    if (awaited.delete(incoming) && !outgoing.headersSent) outgoing.writeContinue();
    read.call(incoming, size);
  };
}

/** Whether the sender still waits to be told to send the body. */
export function isAwaited(incoming: IncomingMessage): boolean {
  return awaited.has(incoming);
}
