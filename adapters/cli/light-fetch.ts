import type { IncomingMessage } from "node:http";
import type { Answer, Fetch } from "../client/http-sender.ts";

/**
 * Sends one request, and follows no redirect. On Node it uses the HTTP client: the first request of Node's `fetch` takes
 * 0.13 s of CPU, and this one 0.02 s.
 */
export const lightFetch: Fetch =
  process.versions.bun === undefined
    ? requestByNode
    : (url, init) => globalThis.fetch(url, { ...init, redirect: "manual" });

async function requestByNode(url: string, { method = "GET", headers, body, signal }: RequestInit): Promise<Answer> {
  const { request } = await (url.startsWith("https:") ? import("node:https") : import("node:http"));
  const text = typeof body === "string" ? body : "";
  const given = headers as Record<string, string> | undefined; // commands pass no other type
  const length = text === "" ? {} : { "content-length": Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers: { ...given, ...length }, ...(signal && { signal }) });
    outgoing.on("error", reject);
    outgoing.on("response", (incoming) => resolve(answerOf(incoming)));
    outgoing.end(text);
  });
}

function answerOf(incoming: IncomingMessage): Answer {
  const { statusCode = 0, headers } = incoming;
  return {
    status: statusCode,
    headers: { get: (name) => headers[name.toLowerCase()]?.toString() ?? null },
    text: async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of incoming) chunks.push(chunk);
      return Buffer.concat(chunks).toString("utf8");
    },
  };
}
