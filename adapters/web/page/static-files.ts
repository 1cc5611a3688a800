import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { type Encoding, encode } from "../../http/body/answer-encoding.ts";
import { answerHeaders } from "../../http/responses.ts";

/** The scripts that pages load, from this package or another. Nothing is built, and nothing comes from another host. */
const files = {
  "page.js": script("page.js"),
  "filters.js": script("filters.js"),
  "search-on.js": script("search-on.js"),
  "grid.js": script("grid.js"),
  "unpack-names.js": script("unpack-names.js"),
  "calendar.js": script("calendar.js"),
  "visible-text.js": script("visible-text.js"),
  "plots.js": script("plots.js"),
  "ago.js": script("ago.js"),
  "figures.js": script("figures.js"),
  "uPlot.js": () => packaged("uplot/dist/uPlot.iife.min.js"),
} as const satisfies Readonly<Record<string, () => string>>;

export type StaticFileName = keyof typeof files;

interface StaticFiles {
  /** Changes with any of the files, so that a cached file is never stale. */
  readonly version: string;
  readonly contents: ReadonlyMap<string, string>;
}

let read: StaticFiles | undefined;

function staticFiles(): StaticFiles {
  if (read !== undefined) return read;
  const contents = new Map(Object.entries(files).map(([name, load]) => [name, load()]));
  const hash = createHash("sha256");
  for (const [name, content] of contents) hash.update(`${name}\n${content}\n`);
  read = { version: hash.digest("base64url").slice(0, 12), contents };
  return read;
}

let style: string | undefined;

/** The style sheet, which is part of every page: a browser paints nothing before it has all style sheets. */
export function styleText(): string {
  style ??= withoutComments(own("style.css")()) + packaged("uplot/dist/uPlot.min.css");
  return style;
}

/** The style sheet without what only its readers need: every page has it in full. */
function withoutComments(css: string): string {
  return css.replaceAll(/\/\*.*?\*\//gs, "").replaceAll(/\s*\n\s*/g, "\n");
}

/** The address of a script. All have the same folder, so that one script can import another by its name. */
export function staticPath(name: StaticFileName): string {
  return `/static/${staticFiles().version}/${name}`;
}

/** Files with the best compression, by encoding and name. */
const encoded = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();

/** Answers a file, to be cached for a year; undefined if there is no such file in this version. */
export async function staticResponse(
  version: string,
  name: string,
  encoding: Encoding | undefined,
): Promise<Response | undefined> {
  const content = version === staticFiles().version ? staticFiles().contents.get(name) : undefined;
  if (content === undefined) return undefined;
  const headers = {
    "content-type": "text/javascript; charset=utf-8",
    "cache-control": "public, max-age=31536000, immutable",
    vary: "Accept-Encoding",
    ...answerHeaders,
  };
  if (encoding === undefined) return new Response(content, { headers });
  const key = `${encoding} ${name}`;
  const bytes = encoded.get(key) ?? encode(content, encoding, "best");
  encoded.set(key, bytes);
  return new Response(await bytes, { headers: { ...headers, "content-encoding": encoding } });
}

/** The build copies `browser/`, so that its path from this file is the same in the sources and in dist. */
function own(name: string): () => string {
  return () => readFileSync(fileURLToPath(new URL(`../browser/${name}`, import.meta.url)), "utf8");
}

/** A script without its comments, which only its readers need: they are a third of what a page would load. */
function script(name: string): () => string {
  return () => scriptWithoutComments(own(name)());
}

/** Comments of a script stand on lines of their own, or are types within a line. */
function scriptWithoutComments(text: string): string {
  return text.replaceAll(/\/\*.*?\*\/ ?/gs, "").replaceAll(/^\s*(\/\/.*)?\n/gm, "");
}

function packaged(path: string): string {
  return readFileSync(createRequire(import.meta.url).resolve(path), "utf8");
}
