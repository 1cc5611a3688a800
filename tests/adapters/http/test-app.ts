import type { AppOptions } from "../../../adapters/http/app-deps.ts";
import { createRoutedApp, type RoutedApp } from "../../../adapters/server/app.ts";
import { createMemoryDefinitionStore } from "../../../storage/index.ts";
import { standInSendStore } from "./stand-in-send-store.ts";
import { alertOf, standInWatchStore, subjectOf } from "./watching/stand-in-watch-store.ts";

export interface TestApp extends RoutedApp {
  /** Answers a request of a path, or of a whole url. */
  request(target: string, init?: RequestInit): Promise<Response>;
}

/** An app without a socket. */
export function testApp(options: AppOptions): TestApp {
  const definitions = createMemoryDefinitionStore({ now: Date.now });
  const watching = standInWatchStore({ alerts: [alertOf(1, "s3/orders")], subjects: [subjectOf("s3/orders")] });
  const app = createRoutedApp({ definitions, watching, sending: standInSendStore(), ...options });
  const request: TestApp["request"] = async (target, init) => {
    const url = target.startsWith("/") ? `http://localhost${target}` : target;
    return app.fetch(new Request(url, init));
  };
  return { ...app, request };
}
