import type { TokenScope } from "../../storage/index.ts";

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
