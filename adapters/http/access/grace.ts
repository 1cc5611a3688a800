import type { NewToken } from "../../../storage/index.ts";

/**
 * While jobs get their first tokens, those that have none yet may go on reporting for a while. The end of that is kept
 * among the tokens, as one that nobody has the secret of: it is listed, revoked and known to every server as they are.
 */
export const graceName = "(no token)";

/** The hash of no secret: SHA-256 of nothing that anybody could find. */
const noHash = "0".repeat(64);

/** Lets whoever has no token report until then, in milliseconds since 1970 UTC. */
export function graceToken(expiresAt: number): NewToken {
  return { name: graceName, hash: noHash, scopes: ["report"], prefix: null, expiresAt };
}

export function isGrace({ hash }: Pick<NewToken, "hash">): boolean {
  return hash === noHash;
}
