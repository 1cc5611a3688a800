export { defaultLimits, type Limits } from "../limits.ts";
export { openTokenBook, type TokenBook, type TokenBookOptions } from "../tokens/token-book.ts";
export { hashSecret, newSecret } from "../tokens/token-secret.ts";
export type { AppEnv, AppOptions, RunlessApp } from "./app-deps.ts";
export type { BrowserPolicy } from "./browser-guard.ts";
export { createApp } from "./create-app.ts";
export { createMetrics, type Metrics } from "./metrics.ts";
