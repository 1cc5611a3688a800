import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface Listening {
  readonly url: string;
  /** Undefined where it is no process of its own. */
  readonly pid?: number | undefined;
  stop(): Promise<unknown>;
}

const started = new Set<Listening>();
process.on("exit", () => {
  for (const server of started) server.stop();
});

/** Whatever ends this process ends the server too. */
export function endWithProcess<Server extends Listening>(server: Server): Server {
  started.add(server);
  return server;
}

/** Starts a server and resolves once a line of its output matches; the first group of the pattern is its address. */
export async function startListening(
  command: string,
  args: readonly string[],
  options: { readonly says?: RegExp; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Listening> {
  const says = options.says ?? /listening on (http:\/\/\S+)/;
  const child = spawn(command, args, { env: { ...process.env, ...options.env }, stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "exit");
  let output = "";
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on("line", (line) => {
        output += `${line}\n`;
        const found = says.exec(line)?.[1];
        if (found !== undefined) resolve(found);
      });
    }
    // A command that does not exist rejects this too.
    ended.then(
      ([code]) => reject(new Error(`${command} ended with ${code} before it listened:\n${output}`)),
      (error) => reject(error),
    );
  });
  return {
    url,
    pid: child.pid,
    stop: () => {
      child.kill();
      return ended;
    },
  };
}
