// Loaded before a program (`node --import`): writes the address of every module that it loads into a file, a line each.
import { appendFileSync } from "node:fs";
import { register } from "node:module";

const file = process.env.RUNLESS_TEST_MODULES;
const hooks = `
import { appendFileSync } from "node:fs";
export async function load(url, context, next) {
  appendFileSync(${JSON.stringify(file)}, url + "\\n");
  return next(url, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
// Node's own, which it loads when they are first used.
process.on("exit", () => {
  const own = process.moduleLoadList.map((name) => `node:${name.replace(/^NativeModule /, "")}\n`);
  appendFileSync(file, own.join(""));
});
