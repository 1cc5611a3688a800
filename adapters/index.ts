export * from "../core/index.ts";
export * from "./instance.ts";
