import { createHmac } from "node:crypto";
import { isWebhookSecret } from "../../core/destinations/parse-target.ts";

/** What a webhook is signed with, and over what. */
export interface SignedMessage {
  /** The same at every attempt. */
  readonly id: string;
  readonly body: string;
  /** When it is sent, in milliseconds: verifiers refuse what is more than five minutes old or ahead. */
  readonly at: number;
  /** Base64, with or without `whsec_`. Two while a receiver goes over from one to the other. */
  readonly secrets: readonly string[];
}

const prefix = "whsec_";

/**
 * The headers of Standard Webhooks, with a signature by each secret. Throws RangeError for a secret that `webhookKey` does
 * not know.
 *
 * See https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function webhookHeaders({ id, body, at, secrets }: SignedMessage): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at / 1000));
  const signatures = secrets.map((secret) => {
    const key = webhookKey(secret);
    if (key === undefined) throw new RangeError("A webhook's secret is 24 to 64 bytes in base64.");
    return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
  });
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures.join(" ") };
}

/** The key of a secret; undefined unless it is base64 of 24 to 64 bytes. */
export function webhookKey(secret: string): Uint8Array | undefined {
  if (!isWebhookSecret(secret)) return undefined; // Buffer skips what is not base64
  return Buffer.from(secret.startsWith(prefix) ? secret.slice(prefix.length) : secret, "base64");
}

/** A secret of random bytes, as receivers are given it. */
export function webhookSecret(bytes: Uint8Array): string {
  return prefix + Buffer.from(bytes).toString("base64");
}
