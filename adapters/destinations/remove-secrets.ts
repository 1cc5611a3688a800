import { percentDecode } from "../../core/percent-decode.ts";

export interface SentSecrets {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly others: readonly string[];
}

const removed = "[removed]";
/** `ok` and `{}` are what most receivers answer: no secret is as short. */
const shortestText = 2;
/** A shorter part of a URL, as `v1` or `hook`, is no secret by itself. */
const shortestPart = 8;

/**
 * Takes out of an answer what the request had of secrets: receivers repeat a URL ("Cannot POST /services/…") or a header.
 * The path of a URL is among them, since for some receivers it is all that they ask for.
 */
export function removeSecrets(text: string, { url, headers, others }: SentSecrets): string {
  if (text.length <= shortestText) return text;
  const { href, pathname, search, searchParams, username, password } = url;
  const parts = [...pathname.split("/"), ...searchParams.values()].filter((part) => part.length >= shortestPart);
  const paths = [href, pathname + search, pathname, search].filter((path) => path.length > 1);
  // What the request has as its header, where the URL has a user and a password.
  const pair = username === "" && password === "" ? "" : [username, password].map(percentDecode).join(":");
  const secrets = [
    ...paths,
    ...parts,
    username,
    password,
    Buffer.from(pair).toString("base64"),
    ...Object.entries(headers).flatMap(credentials),
    ...others,
  ];
  const forms = new Set(secrets.flatMap(formsOf).filter((form) => form.length > 1));
  // The longest first: a part would leave the rest of the whole.
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  return longestFirst.reduce((rest, form) => rest.replaceAll(form, removed), text);
}

/** A header's value, what follows `Bearer` or `Basic`, and the user and password of the latter. */
function credentials([name, value]: readonly [string, string]): readonly string[] {
  if (name.toLowerCase() === "content-type") return [];
  const [scheme, token] = value.split(" ");
  if (token === undefined) return value.length >= shortestPart ? [value] : [];
  if (scheme?.toLowerCase() !== "basic") return [value, token];
  const pair = Buffer.from(token, "base64").toString();
  return [value, token, pair, pair.slice(pair.indexOf(":") + 1)];
}

/** A secret as it is, and as URLs, JSON and HTML write it. */
function formsOf(secret: string): readonly string[] {
  const whole = secret.toWellFormed(); // or encodeURI throws
  const decoded = [whole, percentDecode(whole)];
  const encoded = decoded.flatMap((text) => [text, encodeURI(text), encodeURIComponent(text)]);
  return encoded.flatMap((text) => {
    const html = text.replaceAll("&", "&amp;");
    return [text, JSON.stringify(text).slice(1, -1), text.replaceAll("/", "\\/"), html, html.replaceAll("/", "&#x2F;")];
  });
}
