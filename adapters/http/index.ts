export { createApp } from "./app.ts";
export type { AppDeps, AppEnv } from "./app-deps.ts";
