import { createHash, randomBytes } from "node:crypto";
import type { TokenScope } from "../../storage/index.ts";

/** A new secret: 256 random bits behind a prefix that those who scan for leaked secrets know it by. */
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
 */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(sessionOf(secret)).digest("hex");
}

// How a token's name and scopes are written, on the command line and in the configuration.

const all = ["report", "read", "admin"] as const satisfies readonly TokenScope[];

export const aName = "1 to 64 letters, digits and . _ @ -, the first of them a letter or a digit";

export function isTokenName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/.test(text);
}

export const someScopes = "report, read or admin, or several of them with commas between";

/** Scopes joined by commas; undefined where one is unknown or comes twice. */
export function parseScopes(text: string): readonly TokenScope[] | undefined {
  const words = text.split(",");
  const scopes = all.filter((scope) => words.includes(scope));
  return scopes.length === words.length ? scopes : undefined;
}
