import { expect, test } from "bun:test";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { webhookHeaders, webhookKey, webhookSecret } from "../../../adapters/destinations/sign-webhook.ts";

const bytes = fc.uint8Array({ minLength: 24, maxLength: 64 });
const text = fc.string({ unit: "binary" }).map((body) => body.toWellFormed());
const verifies = (body: string, headers: Readonly<Record<string, string>>, secret: string) => {
  new Webhook(secret).verify(body, { ...headers });
};

test("the package standardwebhooks verifies every message, by each of its secrets", () => {
  fc.assert(
    fc.property(
      text,
      fc.uuid(),
      fc.array(bytes, { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      (said, id, keys, isBare) => {
        const body = JSON.stringify({ said });
        const secrets = keys.map(webhookSecret).map((secret) => (isBare ? secret.slice("whsec_".length) : secret));
        const headers = webhookHeaders({ id, body, at: Date.now(), secrets });
        for (const secret of secrets) verifies(body, headers, secret);
      },
    ),
  );
});

test("the package standardwebhooks signs the same", () => {
  const secret = webhookSecret(new Uint8Array(32).fill(7));
  const at = new Date("2026-11-30T06:00:00.999Z");
  const headers = webhookHeaders({ id: "m1", body: '{"ä":"€"}', at: at.getTime(), secrets: [secret] });
  expect(headers).toEqual({
    "webhook-id": "m1",
    "webhook-timestamp": "1796018400",
    "webhook-signature": new Webhook(secret).sign("m1", at, '{"ä":"€"}'),
  });
});

test("another body, another id, another secret, and a message of ten minutes ago are refused", () => {
  const [secret, other] = [1, 2].map((byte) => webhookSecret(new Uint8Array(24).fill(byte))) as [string, string]; // of two
  const message = { id: "m1", body: "{}", at: Date.now(), secrets: [secret] };
  const headers = webhookHeaders(message);
  verifies("{}", headers, secret);
  expect(() => verifies("{} ", headers, secret)).toThrow("No matching signature");
  expect(() => verifies("{}", { ...headers, "webhook-id": "m2" }, secret)).toThrow("No matching signature");
  expect(() => verifies("{}", headers, other)).toThrow("No matching signature");
  const old = webhookHeaders({ ...message, at: Date.now() - 600_000 });
  expect(() => verifies("{}", old, secret)).toThrow("too old");
});

test.each([
  "",
  "whsec_",
  "short",
  webhookSecret(new Uint8Array(23)),
  webhookSecret(new Uint8Array(65)),
  `${"a".repeat(31)}!`,
])("%j is no secret", (secret) => {
  expect(webhookKey(secret)).toBeUndefined();
  expect(() => webhookHeaders({ id: "m", body: "", at: 0, secrets: [secret] })).toThrow("24 to 64 bytes");
});
