import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as v from "valibot";
import { python } from "./python.ts";

/** Whom the receivers' certificate is for, and who signed it: itself. */
export const certificate = join(import.meta.dir, "localhost.cert.pem");

/** What a receiver got: `to` says which one. */
export type Told = Readonly<Record<string, unknown>> & { readonly to: string };

export interface Receivers {
  readonly http: string;
  readonly smtpPort: number;
  /** What came to a receiver, oldest first. */
  told(to: string): readonly Told[];
  forget(): void;
  stop(): Promise<void>;
}

const line = v.looseObject({ to: v.string() });
const ports = v.object({ http: v.number(), smtp: v.number() });

/** Starts receivers.py, which says what the receivers are. */
export async function startReceivers(secrets: readonly string[]): Promise<Receivers> {
  const program = join(import.meta.dir, "receivers.py");
  const args = [program, certificate, join(import.meta.dir, "localhost.key.pem"), ...secrets];
  const child = spawn(python, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const told: Told[] = [];
  const { http, smtp } = await new Promise<v.InferOutput<typeof ports>>((resolve, reject) => {
    createInterface(child.stdout).on("line", (text) => {
      const said: unknown = JSON.parse(text);
      const started = v.safeParse(ports, said);
      if (started.success) resolve(started.output);
      else told.push(v.parse(line, said));
    });
    ended.then(([code]) => reject(new Error(`receivers.py ended with ${code}.`)));
  });
  return {
    http: `http://127.0.0.1:${http}`,
    smtpPort: smtp,
    told: (to) => told.filter((one) => one.to === to),
    forget: () => void told.splice(0),
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}
