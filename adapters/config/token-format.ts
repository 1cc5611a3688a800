import { createHash, randomBytes } from "node:crypto";
import type { TokenScope } from "../../storage/index.ts";

/**
 * A new secret: 256 random bits, with a prefix by which scanners for leaked secrets recognise it.
 *
 * @example
 * console.log(newSecret().startsWith("rl_")); // true
 */
export function newSecret(): string {
  return `rl_${randomBytes(32).toString("base64url")}`;
}

/** The session that a browser keeps instead of the secret. It reveals no secret, and the stored hash does not reveal it. */
export function sessionOf(secret: string): string {
  return createHash("sha256").update(`session ${secret}`).digest("base64url");
}

/**
 * The stored hash of a secret, in hex. It needs no salt and no slow hash: nobody can guess 256 random bits.
 *
 * @example
 * const token = { name: "ci", hash: hashSecret(newSecret()), scopes: ["report"], prefix: null, expiresAt: null } as const;
 * console.log(token.hash.length); // 64
 */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(sessionOf(secret)).digest("hex");
}

// The form of names and scopes of tokens, on the command line and in the configuration.

const all = ["report", "read", "admin"] as const satisfies readonly TokenScope[];

export const aName = "1 to 64 letters, digits and . _ @ -, the first of them a letter or a digit";

export function isTokenName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/.test(text);
}

export const someScopes = "report, read or admin, or several of them with commas between";

/** Reads scopes joined by commas; undefined if one is unknown or repeated. */
export function parseScopes(text: string): readonly TokenScope[] | undefined {
  const words = text.split(",");
  const scopes = all.filter((scope) => words.includes(scope));
  return scopes.length === words.length ? scopes : undefined;
}
