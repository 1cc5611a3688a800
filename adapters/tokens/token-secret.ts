import type { Buffer } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";

/** A new secret: 256 random bits behind a prefix that those who scan for leaked secrets know it by. */
export function newSecret(): string {
  return `rl_${randomBytes(32).toString("base64url")}`;
}

/** What is kept of a secret. It needs no salt and no slow hash: nobody guesses 256 random bits. */
export function hashSecret(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
