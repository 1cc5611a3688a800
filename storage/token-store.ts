import type { AssetKey } from "../core/index.ts";

/** What a token allows. `admin` includes `report` and `read`; neither of those includes the other. */
export type TokenScope = "report" | "read" | "admin";

/**
 * Keeps the tokens of a log. Stores keep only a SHA-256 hash, never the secret. Failures are EventLogErrors. The store
 * closes with the log that it was opened with. `tokenStoreContract` of `runless/storage/testing` is the suite that every
 * token store passes.
 */
export interface TokenStore {
  /** Resolves with the token when it is durable, or with undefined if a token of this name is not yet revoked. */
  create(token: NewToken): Promise<TokenRecord | undefined>;

  /** All tokens that were ever created, oldest first. Revoked ones stay, so that their bearers are told why they are refused. */
  list(): Promise<readonly TokenRecord[]>;

  /** Revokes the token of this name for good. Undefined if there is none that is not revoked. The name is free again. */
  revoke(name: string): Promise<TokenRecord | undefined>;

  /** Notes when tokens were last used. An earlier time than the noted one changes nothing. Unknown ids are ignored. */
  noteUses(uses: readonly TokenUse[]): Promise<void>;
}

export interface NewToken {
  readonly name: string;
  /** The hash of the secret by `hashSecret`: SHA-256 of SHA-256, in lower-case hex. */
  readonly hash: string;
  readonly scopes: readonly TokenScope[];
  /** The token is valid for this key and all below it; null: for every key. */
  readonly prefix: AssetKey | null;
  /** The token is refused from this time on: milliseconds since 1970 UTC, as all times here. Null: never. */
  readonly expiresAt: number | null;
}

export interface TokenRecord extends NewToken {
  readonly id: number;
  readonly createdAt: number;
  readonly revokedAt: number | null;
  /** Accurate to about a minute. */
  readonly lastUsedAt: number | null;
}

export interface TokenUse {
  readonly id: number;
  readonly at: number;
}
