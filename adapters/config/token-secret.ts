import { createHash, randomBytes } from "node:crypto";

/**
 * A new secret: 256 random bits behind a prefix that those who scan for leaked secrets know it by.
 *
 * @example
 * console.log(newSecret().startsWith("rl_")); // true
 */
export function newSecret(): string {
  return `rl_${randomBytes(32).toString("base64url")}`;
}

/** What a browser keeps in a secret's stead. Nobody gets from it to the secret, nor to it from what is stored. */
export function sessionOf(secret: string): string {
  return createHash("sha256").update(`session ${secret}`).digest("base64url");
}

/**
 * What is stored of a secret, in hex, as a NewToken has it. It needs no salt and no slow hash: nobody guesses 256 random
 * bits.
 *
 * @example
 * const token = { name: "ci", hash: hashSecret(newSecret()), scopes: ["report"], prefix: null, expiresAt: null } as const;
 * console.log(token.hash.length); // 64
 */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(sessionOf(secret)).digest("hex");
}
