import type { TokenStore } from "../../storage/index.ts";
import { type Config, ConfigError, isLoopback } from "../config/config.ts";
import type { BrowserPolicy } from "../http/access/browser-guard.ts";
import { type OpenedTokenCache, openTokenCache } from "../http/access/token-cache.ts";

/**
 * Opens the tokens of the store and of the configuration. Rejects with ConfigError if there is none and other machines
 * could reach the server.
 */
export async function openTokens(
  store: TokenStore,
  { host, insecure, tokens: fixed }: Config,
): Promise<OpenedTokenCache> {
  const neverOpen = !insecure && !isLoopback(host);
  if (!neverOpen || fixed.length > 0 || (await store.list()).length > 0) {
    return openTokenCache({ store, fixed, neverOpen, allowGrace: isLoopback(host) });
  }
  throw new ConfigError(
    `everybody who reaches ${host} could report, read and wipe, since there is no token. Make one with runless token create, or give RUNLESS_TOKENS, or listen on 127.0.0.1, or say --insecure.`,
  );
}

/**
 * Host names are checked if the configuration lists any, and if requests to a loopback address need no token: a page of
 * another site could else reach the server by DNS rebinding.
 */
export function browserPolicy({ host, corsOrigins, allowedHosts }: Config, tokens: OpenedTokenCache): BrowserPolicy {
  const isLocal = isLoopback(host);
  const isOpen = () => tokens.isOpen() || tokens.graceEnd() !== undefined;
  const checksNames = () => allowedHosts.length > 0 || (isLocal && isOpen());
  return { corsOrigins, hosts: () => (checksNames() ? allowedHosts : undefined) };
}

/** A sentence on which requests need a token. */
export function tokenSentence(tokens: OpenedTokenCache): string {
  if (tokens.isOpen()) return "nobody needs a token: runless token create makes the first";
  const end = tokens.graceEnd();
  return end === undefined
    ? "requests need a token"
    : `requests need a token, but for reports until ${new Date(end).toISOString()}`;
}
