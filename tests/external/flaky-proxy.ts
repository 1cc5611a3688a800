/** A proxy before a server, for one program that reports. */
export interface FlakyProxy {
  readonly url: string;
  /** How many requests have come. */
  count(): number;
  stop(): Promise<void>;
}

/**
 * Answers the first request with a 503. It forwards the second and answers 502, as if the response had been lost. It
 * forwards all later ones.
 */
export function startFlakyProxy(target: string): FlakyProxy {
  let count = 0;
  const proxy = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    development: false,
    async fetch(request) {
      count++;
      if (count === 1) return new Response("Busy.", { status: 503, headers: { "retry-after": "0" } });
      const { pathname, search } = new URL(request.url);
      const headers = new Headers(request.headers);
      headers.delete("host");
      const number = count;
      const answer = await fetch(`${target}${pathname}${search}`, {
        method: request.method,
        headers,
        body: await request.arrayBuffer(),
      });
      return number === 2 ? new Response("The answer got lost.", { status: 502 }) : answer;
    },
  });
  return { url: `http://127.0.0.1:${proxy.port}`, count: () => count, stop: () => proxy.stop(true) };
}
