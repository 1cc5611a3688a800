import type { Hono } from "hono";
import type { Limits } from "../config/limits.ts";
import { requireScope } from "../http/access/authorizer.ts";
import type { Secret } from "../http/access/token-cache.ts";
import type { AppEnv } from "../http/app-deps.ts";
import { type BodyLimits, readBody } from "../http/body/read-body.ts";
import { logRefusal } from "../http/error-response.ts";
import { HttpError } from "../http/http-error.ts";
import { boundedQueryOf } from "../http/query-parameters.ts";
import { type RouteDeps, routes } from "../http/routes.ts";
import type { SharedLimits } from "../http/shared-limits.ts";
import { answerError, seeOther } from "./answer-error.ts";
import { pageSecret, sessionCookie } from "./sign-in/session.ts";

/** The routes that set the session cookie of a browser, and remove it. */
export function signInRoutes(deps: RouteDeps, shared: SharedLimits): Hono<AppEnv> {
  const { tokens, config } = deps;

  /** The error of a token that may not see pages; undefined for one that may. */
  async function refusalOf(secret: ReturnType<Secret>): Promise<HttpError | undefined> {
    if (tokens === undefined) return undefined;
    const identity = await tokens.identify(() => secret);
    const refusal = requireScope(identity, "read");
    if (!(refusal instanceof HttpError)) return undefined;
    const { status, message, headers } = refusal;
    // The API's messages, without their advice on headers.
    const words: Readonly<Record<string, string>> = {
      missing: "This server wants a token.",
      unknown: "This server does not know the token.",
    };
    return new HttpError(status, words[identity.status] ?? message, headers);
  }

  return routes(deps, { answerError })
    .get("/sign-in", "nothing", async (c) => {
      const request = c.req.raw;
      const next = localPath(boundedQueryOf(request.url).get("next"));
      const secret = pageSecret(request);
      const refusal = await refusalOf(secret);
      if (refusal === undefined) return seeOther(next);
      const { answerSignIn } = await import("./pages.tsx");
      if (secret !== undefined) return answerSignIn({ next, problem: refusal.message });
      return answerSignIn({ next, tryNext: request.headers.get("sec-fetch-site") === "cross-site" });
    })
    .post("/sign-in", "nothing", async (c) => {
      const request = c.req.raw;
      const form = await readForm(request, config.limits, shared);
      const next = localPath(form.get("next"));
      const secret = form.get("token")?.trim() || undefined;
      const refusal = await refusalOf(secret);
      if (refusal === undefined) return seeOther(next, { "set-cookie": sessionCookie(request, secret) });
      const { answerSignIn } = await import("./pages.tsx");
      const answer = answerSignIn({ next, problem: refusal.message, status: refusal.status });
      for (const [name, value] of Object.entries(refusal.headers)) answer.headers.set(name, value);
      logRefusal(request, answer, refusal);
      return answer;
    })
    .post("/sign-out", "nothing", async (c) => {
      await readForm(c.req.raw, config.limits, shared);
      return seeOther("/sign-in", { "set-cookie": sessionCookie(c.req.raw, undefined) });
    }).app;
}

/** The path of an address on this server; `/` for any other address. */
export function localPath(path: string | null): string {
  const here = "http://here";
  if (path === null || !URL.canParse(path, here)) return "/";
  const { origin, pathname, search } = new URL(path, here);
  // A path of two slashes would name a host.
  return origin === here && !pathname.startsWith("//") ? pathname + search : "/";
}

const mostBytes = 16_384;

/** Reads the fields of a form. Rejects with HttpError: 413 for a form above 16 kB, which is not parsed. */
export async function readForm(request: Request, limits: Limits, shared: BodyLimits): Promise<URLSearchParams> {
  if (limits.bodyBytes <= mostBytes) return new URLSearchParams(await readBody(request, limits, shared));
  try {
    return new URLSearchParams(await readBody(request, { ...limits, bodyBytes: mostBytes }, shared));
  } catch (error) {
    if (!(error instanceof HttpError) || error.status !== 413) throw error;
    const problem = `The form is larger than ${mostBytes} bytes. Send only the fields of its page.`;
    throw new HttpError(413, problem, error.headers);
  }
}
