import { beforeAll, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { webhookHeaders, webhookSecret } from "../../adapters/destinations/sign-webhook.ts";
import { installPython, python } from "./python.ts";

beforeAll(installPython, 180_000);

test("Python's standardwebhooks verifies our messages, by each secret, and refuses what was changed", async () => {
  const secrets = [24, 32, 64].map((length) => webhookSecret(new Uint8Array(length).fill(length)));
  const bodies = ["{}", '{"description":"ä € 😀"}', JSON.stringify({ long: "x".repeat(100_000) })];
  const messages = bodies.flatMap((body, i) => {
    const headers = webhookHeaders({ id: `m${i}`, body, at: Date.now(), secrets });
    return secrets.map((secret) => ({ secret, body, headers }));
  });
  const [first] = messages;
  const old = webhookHeaders({ id: "m0", body: "{}", at: Date.now() - 600_000, secrets });
  const wrong = [
    { ...first, body: "{} " },
    { ...first, secret: webhookSecret(new Uint8Array(24)) },
    { ...first, headers: old },
  ];
  const verifier = spawn(python, [join(import.meta.dir, "verify-webhook.py")], { stdio: ["pipe", "pipe", "inherit"] });
  verifier.stdin.end([...messages, ...wrong].map((message) => `${JSON.stringify(message)}\n`).join(""));
  expect((await text(verifier.stdout)).trimEnd().split("\n")).toEqual([
    ...messages.map(() => "verified"),
    "refused: No matching signature found",
    "refused: No matching signature found",
    "refused: Message timestamp too old",
  ]);
});
