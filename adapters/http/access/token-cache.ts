import { Buffer } from "node:buffer";
import { createHash, timingSafeEqual } from "node:crypto";
import type { NewToken, TokenRecord, TokenStore } from "../../../storage/index.ts";
import { sessionOf } from "../../config/token-format.ts";
import { anybody, type Caller, unnamedReporter } from "./caller.ts";
import { isGrace } from "./grace.ts";
import { tokenUses } from "./token-uses.ts";

/** Who a secret makes its sender. */
export type Identity =
  | { readonly status: "allowed"; readonly caller: Caller }
  | { readonly status: "missing" }
  | { readonly status: "unknown" }
  | { readonly status: "revoked" | "expired"; readonly name: string; readonly at: number };

/** What a browser brings that signed in with a secret: see `sessionOf`. */
export interface Session {
  readonly session: string;
}

/** What a request brings, if anything. Looked for only where it is needed: a header costs more than the rest of the look. */
export type Secret = () => string | Session | undefined;

/**
 * The tokens of a server, known by heart: no request waits for the database, unless it is the first in a while. The
 * table is read again behind requests, so that a new token is good, and a revoked one refused, within two seconds.
 */
export interface TokenCache {
  /** Rejects with EventLogError where the tokens could not be read for two seconds: nobody is let in unseen. */
  identify(secret: Secret): Identity | Promise<Identity>;
  /** Whether nobody needs a token, because there never was one. */
  isOpen(): boolean;
}

/** A book that knows until when those who have no token may report. */
export interface OpenedTokenCache extends TokenCache {
  /** In milliseconds since 1970 UTC; undefined where they may not. */
  graceEnd(): number | undefined;
}

export interface TokenCacheOptions {
  readonly store: TokenStore;
  /** Tokens that are good beside those of the store. */
  readonly fixed?: readonly NewToken[];
  /** Whether everybody needs a token even while there is none. Default: false. */
  readonly neverOpen?: boolean;
  /**
   * Whether those who have no token may report while the store says so (`runless token create --grace`), where `fixed` has
   * none. For a server that this machine alone reaches. Default: false.
   */
  readonly allowGrace?: boolean;
  /** Milliseconds since 1970 UTC. Default: the system's clock. */
  readonly now?: () => number;
  /** Milliseconds since whenever, never going back. Default: `performance.now`. */
  readonly elapsed?: () => number;
}

/** Once the tokens were read this many milliseconds ago, they are read again. */
const freshFor = 1000;
/** And so many, they are no longer gone by. */
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

interface Page {
  /** By the first bytes of the digest, which say nothing of the rest; that is compared in constant time. */
  readonly entries: ReadonlyMap<number, readonly Entry[]>;
  /** Until when those who have no token may report. */
  readonly graceEnd: number | undefined;
}

/** Opens the book once it is read. Rejects with EventLogError. */
export async function openTokenCache(options: TokenCacheOptions): Promise<OpenedTokenCache> {
  const { store, fixed = [], neverOpen = false, now = Date.now, elapsed = () => performance.now() } = options;
  const allowGrace = options.allowGrace === true && !neverOpen && fixed.length === 0;
  const noteUse = tokenUses(store);
  let readAt = elapsed();
  let page = pageOf([...fixed, ...(await store.list())]);
  let reading: Promise<Page> | undefined;

  async function read(): Promise<Page> {
    const startedAt = elapsed();
    try {
      page = pageOf([...fixed, ...(await store.list())]);
      readAt = startedAt;
      return page;
    } finally {
      reading = undefined;
    }
  }

  function current(): Page | Promise<Page> {
    const age = elapsed() - readAt;
    if (age < freshFor) return page;
    reading ??= read();
    if (age >= goodFor) return reading;
    reading.catch(() => {}); // those who come when it is too old will hear of it
    return page;
  }

  function isOpen(page: Page): boolean {
    return page.entries.size === 0 && !neverOpen;
  }

  function isInGrace({ graceEnd }: Page): boolean {
    return allowGrace && graceEnd !== undefined && now() < graceEnd;
  }

  function look(page: Page, bring: Secret): Identity {
    if (isOpen(page)) return opened;
    const brought = bring();
    if (brought === undefined) return isInGrace(page) ? unnamed : missing;
    const session = typeof brought === "string" ? sessionOf(brought) : brought.session;
    const digest = createHash("sha256").update(session).digest();
    const entry = page.entries.get(bucketOf(digest))?.find((entry) => timingSafeEqual(entry.digest, digest));
    if (entry === undefined) return unknown;
    const { name, expiresAt } = entry.token;
    const revokedAt = "revokedAt" in entry.token ? entry.token.revokedAt : null;
    const at = now();
    if (revokedAt !== null) return { status: "revoked", name, at: revokedAt };
    if (expiresAt !== null && expiresAt <= at) return { status: "expired", name, at: expiresAt };
    if ("id" in entry.token) noteUse(entry.token, at);
    return entry.allowed;
  }

  return {
    identify: (secret) => {
      const found = current();
      return found instanceof Promise ? found.then((page) => look(page, secret)) : look(found, secret);
    },
    isOpen: () => isOpen(page),
    graceEnd: () => (isInGrace(page) && !isOpen(page) ? page.graceEnd : undefined),
  };
}

function pageOf(tokens: readonly Entry["token"][]): Page {
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
