import { expect, test } from "bun:test";
import fc from "fast-check";
import { removeSecrets } from "../../../adapters/destinations/remove-secrets.ts";

const url = new URL("https://us3r:p4ss%2Fw@hooks.example/services/T01/s3cr3t-path?a=b&key=qu3ry/s3cret");
const basic = `Basic ${Buffer.from("admin:b4sic-pass").toString("base64")}`;
const given = { url, headers: { Authorization: basic, "X-Key": "k3y-k3y-k3y" }, others: ["0ther"] };

test.each([
  ["Cannot POST /services/T01/s3cr3t-path?a=b&key=qu3ry/s3cret", "Cannot POST [removed]"],
  ["Cannot POST /services/T01/s3cr3t-path", "Cannot POST [removed]"],
  ["no hook s3cr3t-path", "no hook [removed]"],
  ['{"path":"\\/services\\/T01\\/s3cr3t-path"}', '{"path":"[removed]"}'],
  ["&#x2F;services&#x2F;T01&#x2F;s3cr3t-path?a=b&amp;key=qu3ry&#x2F;s3cret", "[removed]"],
  ["?next=%2Fservices%2FT01%2Fs3cr3t-path", "?next=[removed]"],
  ["bad key qu3ry/s3cret", "bad key [removed]"],
  ["bad password p4ss/w", "bad password [removed]"],
  [`bad ${basic}`, "bad [removed]"],
  [`bad ${basic.slice("Basic ".length)}`, "bad [removed]"],
  ["bad b4sic-pass", "bad [removed]"],
  ["bad k3y-k3y-k3y", "bad [removed]"],
  ["bad 0ther", "bad [removed]"],
  ["channel is archived", "channel is archived"],
])("%j becomes %j", (text, expected) => {
  expect(removeSecrets(text, given)).toBe(expected);
});

test("a URL without a path, and types of content, take nothing away", () => {
  const plain = { url: new URL("https://hooks.example"), headers: { "Content-Type": "application/json" }, others: [] };
  expect(removeSecrets("a/b?c is no application/json", plain)).toBe("a/b?c is no application/json");
});

test("no secret is left, whatever it is and is surrounded by", () => {
  const unit = fc.string({ unit: "binary", minLength: 2, maxLength: 30 });
  fc.assert(
    fc.property(unit, fc.string(), fc.string(), (secret, before, after) => {
      fc.pre(!"[removed]".includes(secret));
      const text = `${before} ${secret} ${encodeURIComponent(secret.toWellFormed())} ${JSON.stringify(secret)} ${after}`;
      const rest = removeSecrets(text.toWellFormed(), { url: new URL("https://x"), headers: {}, others: [secret] });
      expect(rest.replaceAll("[removed]", "\0").includes(secret.toWellFormed())).toBe(false);
    }),
  );
});

test("the header that a user and a password in the URL become is taken out", () => {
  const url = new URL("https://us3r:p4ssw%20rd@hooks.example/x");
  const text = `authorization: Basic ${btoa("us3r:p4ssw rd")}`;
  expect(removeSecrets(text, { url, headers: {}, others: [] })).toBe("authorization: Basic [removed]");
});
