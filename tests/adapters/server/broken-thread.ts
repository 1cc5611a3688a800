import { parentPort, threadId } from "node:worker_threads";

// In the place of the request thread: it does to the thread what the path of a request says, and answers which it is.
parentPort?.on("message", (message: { readonly type: string; readonly id: number; readonly url?: string }) => {
  if (message.type === "ping") return parentPort?.postMessage({ type: "pong" });
  if (message.type === "close")
    return parentPort?.postMessage({ type: "answer", id: message.id, result: { value: 0 } });
  if (message.type !== "request") return;
  const path = new URL(message.url ?? "").pathname;
  if (path.endsWith("/exit")) process.exit(3);
  if (path.endsWith("/throw")) throw new Error("The thread threw this.");
  if (path.endsWith("/stuck")) for (;;);
  if (path.endsWith("/silent")) return;
  const value = { status: 200, headers: [], body: new TextEncoder().encode(`${threadId}`).buffer };
  parentPort?.postMessage({ type: "answer", id: message.id, result: { value } });
});
