export * from "../core/index.ts";
export * from "./api/instance.ts";
export type * from "./api/runless-api.ts";
