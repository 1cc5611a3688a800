// Sends what it is asked for, a line of JSON each, on whatever runtime it is started: the first argument is the module.
import { createInterface } from "node:readline";

const { createHttpSender } = await import(process.argv[2]);
const { systemResolve } = await import(process.argv[3]);

for await (const line of createInterface({ input: process.stdin })) {
  const { request, names, ownPort, ca } = JSON.parse(line);
  const asked = [];
  const resolve = async (name) => {
    const answers = names[name];
    asked.push(name);
    if (answers === undefined) return await systemResolve(name);
    return answers[Math.min(asked.length, answers.length) - 1];
  };
  const answer = await createHttpSender({ resolve, ownPort: () => ownPort, ca })(request);
  console.log(JSON.stringify({ answer, asked }));
}
