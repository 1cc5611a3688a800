import { type Exchange, exchange, type RawRequest } from "./exchange.ts";
import type { FixtureName } from "./fixtures.ts";

/** Which bounds hold: a request that records or changes, one that reads (pages too), or one whose bytes have no end of their own. */
export type ShapeKind = "request" | "read" | "stream";

/** A server under test, as far as a shape needs it. */
export interface Target {
  readonly port: number;
  /** Resolves when it has nothing more to do. */
  settle(): Promise<void>;
}

/** One way to keep a server busy, within every default limit. */
export interface Shape {
  /** For `--only`: lower case, words joined by `-`. */
  readonly name: string;
  readonly kind: ShapeKind;
  /** What the server's database holds before; an empty one without it. */
  readonly fixture?: FixtureName;
  /** Part of the short form. */
  readonly quick?: boolean;
  /** It can be asked of a database only once, since it uses up what was planted. */
  readonly once?: boolean;
  /** What the bare echo receives; without it, an empty body. */
  readonly body?: () => Buffer;
  /** Sends it and reads the answer to its end. */
  ask(target: Target): Promise<Exchange>;
}

interface Traits {
  readonly fixture?: FixtureName;
  readonly quick?: boolean;
  readonly once?: boolean;
}

/** A shape that gets a path. */
export function reading(
  name: string,
  path: string,
  traits: Traits & { readonly kind?: ShapeKind } = {},
  accept = "*/*",
): Shape {
  const request: RawRequest = { method: "GET", path, headers: { accept } };
  return { name, kind: "read", ...traits, ask: ({ port }) => exchange(port, request) };
}

/** A shape that posts, or puts, a body, which is made when it is needed first. */
export function posting(
  name: string,
  path: string,
  body: () => string,
  traits: Traits & { readonly kind?: ShapeKind; readonly contentType?: string; readonly method?: "POST" | "PUT" } = {},
): Shape {
  const { contentType = "application/json", method = "POST", ...rest } = traits;
  let made: Buffer | undefined;
  const bytes = () => {
    made ??= Buffer.from(body());
    return made;
  };
  return {
    name,
    kind: "request",
    ...rest,
    body: bytes,
    ask: ({ port }) => exchange(port, { method, path, headers: { "content-type": contentType }, body: bytes() }),
  };
}
