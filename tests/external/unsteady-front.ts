/** What stands between a reporter and its server, and does not do well. */
export interface UnsteadyFront {
  readonly url: string;
  /** How many requests have come. */
  count(): number;
  stop(): Promise<void>;
}

/**
 * Refuses the first request with a 503, hands the second on and loses its answer, as a proxy that ends meanwhile, and hands
 * on whatever comes after these.
 */
export function startUnsteadyFront(target: string): UnsteadyFront {
  let count = 0;
  const front = Bun.serve({
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
  return { url: `http://127.0.0.1:${front.port}`, count: () => count, stop: () => front.stop(true) };
}
