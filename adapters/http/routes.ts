import { type Handler, Hono } from "hono";
import type { RequiredScope } from "./access/authorizer.ts";
import { type Door, tokenCheck } from "./access/token-check.ts";
import type { AppDeps, AppEnv } from "./app-deps.ts";

/** Routes, each of which says beside its path what it asks of a token: without that there is none. */
export interface Routes {
  get<Path extends string>(path: Path, need: RequiredScope, handler: Handler<AppEnv, Path>): Routes;
  post<Path extends string>(path: Path, need: RequiredScope, handler: Handler<AppEnv, Path>): Routes;
  delete<Path extends string>(path: Path, need: RequiredScope, handler: Handler<AppEnv, Path>): Routes;
  readonly app: Hono<AppEnv>;
}

export function routes(deps: AppDeps, door?: Door): Routes {
  const app = new Hono<AppEnv>();
  const check = tokenCheck(deps, door);
  const chain: Routes = {
    app,
    get: (path, need, handler) => {
      app.get(path, check(need, handler));
      return chain;
    },
    post: (path, need, handler) => {
      app.post(path, check(need, handler));
      return chain;
    },
    delete: (path, need, handler) => {
      app.delete(path, check(need, handler));
      return chain;
    },
  };
  return chain;
}
