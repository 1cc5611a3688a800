export { defaultLimits, type Limits } from "../config/limits.ts";
export { hashSecret, newSecret } from "../config/token-format.ts";
export type { BrowserPolicy } from "../http/access/browser-guard.ts";
export { openTokenCache, type TokenCache, type TokenCacheOptions } from "../http/access/token-cache.ts";
export type { AppEnv, AppOptions, RunlessApp } from "../http/app-deps.ts";
export { createMetrics, type Metrics, type WatcherProgress } from "../http/operations/metrics.ts";
export { createApp } from "./create-app.ts";
export { type WatchOnceOptions, watchOnce } from "./watching/watch-once.ts";
