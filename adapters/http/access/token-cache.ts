import { Buffer } from "node:buffer";
import { createHash, timingSafeEqual } from "node:crypto";
import type { NewToken, TokenRecord, TokenStore } from "../../../storage/index.ts";
import { sessionOf } from "../../config/token-format.ts";
import { anybody, type Caller, unnamedReporter } from "./caller.ts";

/** What a secret says about its sender. */
export type Identity =
  | { readonly status: "allowed"; readonly caller: Caller }
  | { readonly status: "missing" }
  | { readonly status: "unknown" }
  | { readonly status: "revoked" | "expired"; readonly name: string; readonly at: number };

/** The session of a browser that signed in with a secret: see `sessionOf`. */
export interface Session {
  readonly session: string;
}

/** Reads the secret of a request, if it has one. Called only if it is needed: reading a header costs more than the rest. */
export type Secret = () => string | Session | undefined;

/**
 * Tokens cached in memory, so that requests do not wait for the database, except the first after a pause. The cache is
 * refreshed in the background: a new or revoked token takes effect within two seconds.
 */
export interface TokenCache {
  /** Rejects with EventLogError if the tokens could not be read for two seconds. */
  identify(secret: Secret): Identity | Promise<Identity>;
  /** Whether requests need no token, because none was ever created. */
  isOpen(): boolean;
}

/** A token cache that also knows the grace period. */
export interface OpenedTokenCache extends TokenCache {
  /** Until when requests without a token may report, in milliseconds since 1970 UTC; undefined if they may not. */
  graceEnd(): number | undefined;
}

export interface TokenCacheOptions {
  readonly store: TokenStore;
  /** Tokens in addition to those of the store. */
  readonly fixed?: readonly NewToken[];
  /** Whether requests need a token even while there is none. Default: false. */
  readonly neverOpen?: boolean;
  /**
   * Whether requests without a token may report during the grace period of the store (`runless token create --grace`),
   * if `fixed` is empty. For a server that only this machine can reach. Default: false.
   */
  readonly allowGrace?: boolean;
  /** Milliseconds since 1970 UTC. Default: the system's clock. */
  readonly now?: () => number;
  /** A monotonic clock in milliseconds. Default: `performance.now`. */
  readonly elapsed?: () => number;
}

/** The age at which the tokens are read again in the background, in milliseconds. */
const freshFor = 1000;
/** The age from which requests wait for that. */
const goodFor = 2000;

const opened: Identity = { status: "allowed", caller: anybody };
const unnamed: Identity = { status: "allowed", caller: unnamedReporter };
const missing: Identity = { status: "missing" };
const unknown: Identity = { status: "unknown" };

interface Entry {
  readonly digest: Buffer;
  readonly token: NewToken | TokenRecord;
  readonly allowed: Identity;
}

interface TokenTable {
  /** By the first bytes of the digest. They reveal nothing of the rest, which is compared in constant time. */
  readonly entries: ReadonlyMap<number, readonly Entry[]>;
  /** Until when requests without a token may report. */
  readonly graceEnd: number | undefined;
}

/**
 * Resolves once the tokens are read. Rejects with EventLogError.
 *
 * @example
 * const { log, tokens: store } = await openStores({ url: "file:runless.db" });
 * const secret = newSecret();
 * await store.create({ name: "ci", hash: hashSecret(secret), scopes: ["read"], prefix: null, expiresAt: null });
 * const app = createApp({ log, tokens: await openTokenCache({ store }) });
 * const answer = await app.fetch(new Request("http://localhost/api/v1/assets"));
 * console.log(answer.status); // 401
 * const headers = { authorization: `Bearer ${secret}` };
 * const read = await app.fetch(new Request("http://localhost/api/v1/assets", { headers }));
 * console.log(read.status); // 200
 * await log.close();
 */
export async function openTokenCache(options: TokenCacheOptions): Promise<OpenedTokenCache> {
  const cache = new StoredTokenCache(options);
  await cache.refresh();
  return cache;
}

class StoredTokenCache implements OpenedTokenCache {
  readonly #store: TokenStore;
  readonly #fixed: readonly NewToken[];
  readonly #neverOpen: boolean;
  readonly #allowGrace: boolean;
  readonly #now: () => number;
  readonly #elapsed: () => number;
  readonly #noteUse: (token: TokenRecord, at: number) => void;
  #tokens: TokenTable = tableOf([]);
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<TokenTable> | undefined;

  constructor({
    store,
    fixed = [],
    neverOpen = false,
    allowGrace = false,
    now = Date.now,
    elapsed = () => performance.now(),
  }: TokenCacheOptions) {
    this.#store = store;
    this.#fixed = fixed;
    this.#neverOpen = neverOpen;
    this.#allowGrace = allowGrace && !neverOpen && fixed.length === 0;
    this.#now = now;
    this.#elapsed = elapsed;
    this.#noteUse = tokenUses(store);
  }

  identify(secret: Secret): Identity | Promise<Identity> {
    const tokens = this.#current();
    return tokens instanceof Promise
      ? tokens.then((found) => this.#lookUp(found, secret))
      : this.#lookUp(tokens, secret);
  }

  isOpen(): boolean {
    return this.#isOpen(this.#tokens);
  }

  graceEnd(): number | undefined {
    return this.#isInGrace(this.#tokens) && !this.isOpen() ? this.#tokens.graceEnd : undefined;
  }

  async refresh(): Promise<TokenTable> {
    const startedAt = this.#elapsed();
    try {
      this.#tokens = tableOf([...this.#fixed, ...(await this.#store.list())]);
      this.#readAt = startedAt;
      return this.#tokens;
    } finally {
      this.#reading = undefined;
    }
  }

  #current(): TokenTable | Promise<TokenTable> {
    const age = this.#elapsed() - this.#readAt;
    if (age < freshFor) return this.#tokens;
    this.#reading ??= this.refresh();
    if (age >= goodFor) return this.#reading;
    this.#reading.catch(() => {}); // a request that finds the tokens too old rejects with it
    return this.#tokens;
  }

  #isOpen({ entries }: TokenTable): boolean {
    return entries.size === 0 && !this.#neverOpen;
  }

  #isInGrace({ graceEnd }: TokenTable): boolean {
    return this.#allowGrace && graceEnd !== undefined && this.#now() < graceEnd;
  }

  #lookUp(tokens: TokenTable, readSecret: Secret): Identity {
    if (this.#isOpen(tokens)) return opened;
    const secret = readSecret();
    if (secret === undefined) return this.#isInGrace(tokens) ? unnamed : missing;
    const session = typeof secret === "string" ? sessionOf(secret) : secret.session;
    const digest = createHash("sha256").update(session).digest();
    const entry = tokens.entries.get(bucketOf(digest))?.find((entry) => timingSafeEqual(entry.digest, digest));
    if (entry === undefined) return unknown;
    const { name, expiresAt } = entry.token;
    const revokedAt = "revokedAt" in entry.token ? entry.token.revokedAt : null;
    const at = this.#now();
    if (revokedAt !== null) return { status: "revoked", name, at: revokedAt };
    if (expiresAt !== null && expiresAt <= at) return { status: "expired", name, at: expiresAt };
    if ("id" in entry.token) this.#noteUse(entry.token, at);
    return entry.allowed;
  }
}

function tableOf(tokens: readonly Entry["token"][]): TokenTable {
  const entries = new Map<number, Entry[]>();
  for (const entry of tokens.filter((token) => !isGrace(token)).map(entryOf)) {
    const alike = entries.get(bucketOf(entry.digest));
    if (alike === undefined) entries.set(bucketOf(entry.digest), [entry]);
    else alike.push(entry);
  }
  const grace = tokens.find((token) => isGrace(token) && !("revokedAt" in token && token.revokedAt !== null));
  return { entries, graceEnd: grace?.expiresAt ?? undefined };
}

function entryOf(token: Entry["token"]): Entry {
  const { name, scopes, prefix, hash } = token;
  return { digest: Buffer.from(hash, "hex"), token, allowed: { status: "allowed", caller: { name, scopes, prefix } } };
}

function bucketOf(digest: Buffer): number {
  return digest.readUInt32LE(0);
}

/** How often the last use of a token is written, in milliseconds. */
const precision = 60_000;

/** Records when tokens are used, in the background. Uses that come during a write share the next one. */
function tokenUses(store: TokenStore): (token: TokenRecord, at: number) => void {
  const noted = new Map<number, number>();
  let waiting = new Map<number, number>();
  let writing = false;

  async function write(): Promise<void> {
    writing = true;
    while (waiting.size > 0) {
      const uses = Array.from(waiting, ([id, at]) => ({ id, at }));
      waiting = new Map();
      // After a failure, a use a minute later is written: nothing depends on it.
      await store.noteUses(uses).catch(() => {});
    }
    writing = false;
  }

  return ({ id, lastUsedAt }, at) => {
    if (at - Math.max(noted.get(id) ?? 0, lastUsedAt ?? 0) < precision) return;
    noted.set(id, at);
    waiting.set(id, at);
    if (!writing) void write();
  };
}

/**
 * The grace period: while jobs get their first tokens, those without one may still report. Its end is stored as a token
 * whose secret nobody has, so that it is listed, revoked and known to every server as other tokens are.
 */
export const graceName = "(no token)";

/** The hash of no secret: nobody can find a text with this SHA-256. */
const noHash = "0".repeat(64);

/** Lets requests without a token report until then, in milliseconds since 1970 UTC. */
export function graceToken(expiresAt: number): NewToken {
  return { name: graceName, hash: noHash, scopes: ["report"], prefix: null, expiresAt };
}

export function isGrace({ hash }: Pick<NewToken, "hash">): boolean {
  return hash === noHash;
}
