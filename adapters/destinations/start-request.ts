import { type ClientRequest, type RequestOptions, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { connect, type LookupFunction } from "node:net";
import { connect as connectTls } from "node:tls";
import { percentDecode } from "../../core/percent-decode.ts";
import { addressOfHost } from "./address-rules.ts";
import type { JudgedAddress } from "./judge-host.ts";

export interface StartedRequest {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  /** Where it goes, and nowhere else. */
  readonly addresses: readonly JudgedAddress[];
  readonly userAgent: string;
  readonly ca: string | undefined;
}

/** Opens a connection and writes the head. The caller ends the request with its body. Throws for a header with a line end. */
export function startRequest({
  url,
  method,
  headers = {},
  body,
  addresses,
  userAgent,
  ca,
}: StartedRequest): ClientRequest {
  const { protocol, hostname, host, port, pathname, search } = url;
  const isHttps = protocol === "https:";
  const literal = addressOfHost(hostname);
  const target = {
    host: literal ?? hostname,
    port: Number(port || (isHttps ? 443 : 80)),
    // Not called for an address, which was judged itself.
    lookup: lookupOf(addresses),
  };
  // Names of certificates have no dot at their end.
  const servername = literal === undefined ? { servername: hostname.replace(/\.$/, "") } : {};
  const trust = { ALPNProtocols: ["http/1.1"], ...servername, ...(ca !== undefined && { ca }) };
  const options: RequestOptions = {
    method,
    ...target,
    path: pathname + search,
    // Not by an agent: Deno's for https asks for a permission that its command line can't give alone.
    createConnection: () => (isHttps ? connectTls({ ...target, ...trust }) : connect(target)),
    headers: {
      host,
      "user-agent": userAgent,
      "accept-encoding": "identity",
      connection: "close",
      ...authorizationOf(url),
      ...headers,
      ...(body !== undefined && { "content-length": Buffer.byteLength(body) }),
    },
  };
  return isHttps ? requestHttps(options) : requestHttp(options);
}

function lookupOf(addresses: readonly JudgedAddress[]): LookupFunction {
  return (_name, { all }, callback) => {
    if (all === true) return callback(null, [...addresses]);
    const { address = "", family } = addresses[0] ?? {};
    callback(null, address, family);
  };
}

function authorizationOf({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === "" && password === "") return {};
  const pair = [username, password].map(percentDecode).join(":");
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}
