import * as v from "valibot";
import { namedKey } from "../../core/asset-key.ts";
import { percentDecode } from "../../core/percent-decode.ts";
import type { NewToken } from "../../storage/index.ts";
import { aName, hashSecret, isTokenName, parseScopes, someScopes } from "./token-format.ts";

const form = /^([^:=]*):([^:=]*)(?::([^=]*))?=(.*)$/s;
const secret = /^[!-~]{16,}$/;

/**
 * The tokens of the configuration: `name:scopes=secret` or `name:scopes:prefix=secret`, separated by white space. The
 * prefix is written as in a path of the API, so that `%2F`, `%3D` and `%20` stay inside a part.
 */
export const staticTokens = v.pipe(
  v.optional(v.string(), ""),
  v.rawTransform(({ dataset: { value: text }, addIssue, NEVER }): readonly NewToken[] => {
    const entries = text.split(/\s+/).filter((entry) => entry !== "");
    const tokens: NewToken[] = [];
    for (const [i, entry] of entries.entries()) {
      const token = parseEntry(entry);
      const problem = typeof token === "string" ? token : clash(token, tokens);
      if (typeof token === "string" || problem !== undefined) {
        // The message shows nothing of a wrong entry, because any part of it may be the secret.
        addIssue({ message: `Token ${i + 1} of ${entries.length} ${problem}` });
        return NEVER;
      }
      tokens.push(token);
    }
    return tokens;
  }),
);

/** The conflict of a token with the others, if there is one. */
function clash({ name, hash }: NewToken, others: readonly NewToken[]): string | undefined {
  if (others.some((other) => other.name === name)) return "has the name of another";
  // A request with the secret could be only one of both.
  const twin = others.find((other) => other.hash === hash);
  return twin && `has the secret of another: ${name} and ${twin.name} need one each`;
}

/** Returns the token, or the error message. */
function parseEntry(entry: string): NewToken | string {
  const [whole, name = "", scopeText = "", prefixText, secretText = ""] = form.exec(entry) ?? [];
  if (whole === undefined) return "is not of this form";
  if (!isTokenName(name)) return `has a name other than ${aName}`;
  const scopes = parseScopes(scopeText);
  if (scopes === undefined) return `has a scope other than ${someScopes}`;
  const prefix = prefixText === undefined ? null : namedKey(prefixText.split("/").map(percentDecode));
  if (prefix === undefined) return "has a prefix without a name in it";
  if (!secret.test(secretText)) return "has a secret of fewer than 16 characters, or with others than visible ASCII";
  return { name, hash: hashSecret(secretText), scopes, prefix, expiresAt: null };
}
