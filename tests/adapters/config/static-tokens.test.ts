import { describe, expect, test } from "bun:test";
import { resolveConfig } from "../../../adapters/config/config.ts";
import { hashSecret } from "../../../adapters/config/token-format.ts";

const secret = "0123456789abcdef";
const hash = hashSecret(secret);
const tokensOf = (text: string) => resolveConfig([], { RUNLESS_TOKENS: text }).tokens;

describe("RUNLESS_TOKENS", () => {
  test("gives tokens, of which only the hashes are kept", () => {
    expect(tokensOf(` ci:report=${secret}\n dash-1:read,report:s3/orders=${secret}== `)).toEqual([
      { name: "ci", hash, scopes: ["report"], prefix: null, expiresAt: null },
      {
        name: "dash-1",
        hash: hashSecret(`${secret}==`),
        scopes: ["report", "read"],
        prefix: ["s3", "orders"],
        expiresAt: null,
      },
    ]);
    expect(tokensOf("")).toEqual([]);
  });

  test("writes a prefix as a path of the API does", () => {
    expect(tokensOf(`a:read:s3/day%3D1%2F2/x%20y=${secret}`)[0]?.prefix).toEqual(["s3", "day=1/2", "x y"]);
  });

  test.each([
    [secret, "Token 1 of 1 is not of this form"],
    [`a:report=${secret} b:${secret}`, "Token 2 of 2 is not of this form"],
    [`a:write=${secret}`, "Token 1 of 1 has a scope other than report, read or admin"],
    [`a:=${secret}`, "a scope other than"],
    [`a:read,read=${secret}`, "a scope other than"],
    [`a b:read=${secret}`, "Token 1 of 2"],
    [`:read=${secret}`, "a name other than"],
    [`a:read:=${secret}`, "a prefix without a name in it"],
    [`a:read://=${secret}`, "a prefix without a name in it"],
    [`a:read=${secret.slice(1)}`, "a secret of fewer than 16 characters"],
    [`a:read=${secret}\u00e9`, "others than visible ASCII"],
    [`a:read=${secret} a:report=${secret}x`, "Token 2 of 2 has the name of another"],
    [`ci:report=${secret} x:read=${secret}`, "Token 2 of 2 has the secret of another: x and ci need one each."],
  ])("refuses %p, and never shows a secret", (text, problem) => {
    const attempt = () => tokensOf(text);
    expect(attempt).toThrow(/^--tokens \(RUNLESS_TOKENS\) must be <name>:<scopes>/);
    expect(attempt).toThrow(problem);
    expect(attempt).not.toThrow(secret.slice(1));
  });
});
