import type { AssetKey } from "../core/index.ts";

/** What a token lets its bearer do; `admin` stands for the others too, and none of these two for the other. */
export type TokenScope = "report" | "read" | "admin";

/**
 * Where tokens are kept, beside the log that they are for. Secrets never come here: only what SHA-256 makes of them
 * does. Every store passes the suite in tests/contracts/token-store.ts; failures are EventLogErrors. A store lives as
 * long as the log that it was opened with.
 */
export interface TokenStore {
  /** Answers the token once it is durable, or undefined where one of this name is not revoked yet. */
  create(token: NewToken): Promise<TokenRecord | undefined>;

  /** All that were ever created, oldest first: who was in once is told why no more. */
  list(): Promise<readonly TokenRecord[]>;

  /** Ends the token of this name for good; undefined where there is none, or none any more. The name is free again. */
  revoke(name: string): Promise<TokenRecord | undefined>;

  /** Notes when tokens were used last. An earlier time than the noted one changes nothing, nor does an unknown id. */
  noteUses(uses: readonly TokenUse[]): Promise<void>;
}

export interface NewToken {
  readonly name: string;
  /** What `hashSecret` makes of the secret, SHA-256 of SHA-256, in lower-case hex. */
  readonly hash: string;
  readonly scopes: readonly TokenScope[];
  /** The token holds for this key and all below it; null: for every key. */
  readonly prefix: AssetKey | null;
  /** Milliseconds since 1970 UTC, as all times here; from then on it is refused. */
  readonly expiresAt: number | null;
}

export interface TokenRecord extends NewToken {
  readonly id: number;
  readonly createdAt: number;
  readonly revokedAt: number | null;
  /** To the minute or so. */
  readonly lastUsedAt: number | null;
}

export interface TokenUse {
  readonly id: number;
  readonly at: number;
}
