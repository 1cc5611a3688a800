import type { Hono } from "hono";
import { logger } from "../../config/logger.ts";
import type { AppEnv } from "../app-deps.ts";
import { type RequestParts, rawPath, requestId } from "../request.ts";
import type { Metrics } from "./metrics.ts";

type App = Hono<AppEnv>;

const methods = new Set(["GET", "HEAD", "POST", "DELETE", "OPTIONS"]);

type Answer = Response | Promise<Response>;

/**
 * Counts and times requests by their route. This is no middleware: Hono would compose two handlers for every report.
 * An `answerIt` that returns undefined is not counted.
 */
export function instrumentRequests(app: App, metrics: Metrics) {
  const nameOf = routeNames(app);
  const isLogged = logger.isEnabledFor("debug");
  return <Answered extends Answer | undefined>(
    request: RequestParts,
    path: string,
    answerIt: () => Answered,
  ): Answered => {
    const started = performance.now();
    const answer = answerIt();
    if (answer === undefined) return answer;
    const route = nameOf(path);
    const finish = ({ status }: Response) => {
      const milliseconds = performance.now() - started;
      metrics.answered(methods.has(request.method) ? request.method : "other", route, status, milliseconds);
      if (!isLogged) return;
      const facts = { method: request.method, path: rawPath(request.url), status, milliseconds };
      logger.debug("request answered", { ...facts, request_id: requestId(request) });
    };
    if (answer instanceof Promise) answer.then(finish, () => {});
    else finish(answer);
    return answer;
  };
}

/** Finds the route of a path: its pattern, or "other" if there is none. */
function routeNames({ routes }: App): (path: string) => string {
  const patterns = routes.filter(({ method }) => method !== "ALL").map(({ path }) => path);
  const known = new Set(patterns);
  const open = patterns.flatMap((pattern) => {
    const end = pattern.search(/(?<=\/)[:*]/);
    return end === -1 ? [] : { pattern, start: pattern.slice(0, end) };
  });
  return (path) => {
    if (known.has(path)) return path;
    return open.find(({ start }) => path.startsWith(start))?.pattern ?? "other";
  };
}
