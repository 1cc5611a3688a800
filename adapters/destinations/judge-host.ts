import { lookup } from "node:dns/promises";
import { isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";
import type { Answer } from "../../core/destinations/delivery.ts";
import { addressKind, addressOfHost, canonicalAddress, isLoopback } from "./address-rules.ts";

/** The addresses of a name. Rejects or resolves with none if it has none. */
export type Resolve = (name: string) => Promise<readonly string[]>;

export interface HostRules {
  readonly resolve: Resolve;
  /** Where this server listens; undefined while it doesn't. */
  readonly ownPort: () => number | undefined;
}

export interface JudgedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** The addresses to connect to, and no others: a name may lead elsewhere when it is resolved again. */
export type JudgedHost = { readonly type: "judged"; readonly addresses: readonly JudgedAddress[] } | Refusal;
type Refusal = Extract<Answer, { readonly type: "forbidden" | "unreachable" }>;

/** Of the system: its hosts file and DNS. */
export const systemResolve: Resolve = async (name) => {
  const found = await lookup(name, { all: true });
  return found.map(({ address }) => address);
};

/** Resolves the host of a URL, once, and judges every address: one that is forbidden forbids them all. */
export async function judgeHost(url: URL, allowPrivate: boolean, rules: HostRules): Promise<JudgedHost> {
  const { hostname, host, protocol } = url;
  const refuse = (reason: string) => ({ type: "forbidden", reason }) as const;
  if (protocol !== "https:" && protocol !== "http:") return refuse(`${host}: its URL must begin with https://.`);
  if (protocol === "http:" && !allowPrivate) {
    return refuse(`${host}: write https://. http:// is for private addresses, with allow_private: true.`);
  }
  const literal = addressOfHost(hostname);
  const found = literal === undefined ? await resolved(hostname, rules.resolve) : [literal];
  if (typeof found === "string") return { type: "unreachable", reason: `${host} has no address (${found}).` };
  for (const address of found) {
    const kind = addressKind(address);
    if (kind === undefined || kind === "never") {
      return refuse(`${host} leads to an address that nothing may be sent to: link-local, metadata or multicast.`);
    }
    if (kind === "private" && !allowPrivate) {
      return refuse(`${host} leads to a private address. Write allow_private: true if that is meant.`);
    }
    if (kind === "public" && protocol === "http:") {
      return refuse(`${host} leads to a public address: write https://. http:// is for private addresses.`);
    }
    if (isOwn(address, url, rules.ownPort())) {
      return refuse(`${host} is this server itself: nothing is sent there. Name another address.`);
    }
  }
  return { type: "judged", addresses: found.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 })) };
}

/** The addresses, or the code of the failure. */
async function resolved(name: string, resolve: Resolve): Promise<readonly string[] | string> {
  try {
    const found = await resolve(name);
    return found.length === 0 ? "ENOTFOUND" : found;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "ENOTFOUND";
  }
}

function isOwn(address: string, { port, protocol }: URL, ownPort: number | undefined): boolean {
  if (Number(port || (protocol === "https:" ? 443 : 80)) !== ownPort) return false;
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const canonical = canonicalAddress(address);
  return isLoopback(address) || own.some((one) => canonicalAddress(one.address) === canonical);
}
