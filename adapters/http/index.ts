export { defaultLimits, type Limits } from "../limits.ts";
export { openTokenBook, type TokenBook, type TokenBookOptions } from "../tokens/token-book.ts";
export { hashSecret, newSecret } from "../tokens/token-secret.ts";
export { createApp } from "./app.ts";
export type { AppEnv, AppOptions } from "./app-deps.ts";
export type { BrowserPolicy } from "./browser-guard.ts";
export { createMetrics, type Metrics } from "./metrics.ts";
