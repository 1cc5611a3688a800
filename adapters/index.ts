export * from "../core/index.ts";
export * from "./instance.ts";
export type * from "./runless-api.ts";
