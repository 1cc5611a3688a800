/** A key that nobody else has: 128 random bits. Not crypto.randomUUID, which pages that came over http don't have. */
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
