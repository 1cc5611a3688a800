// The least that a Bun server can do with a body: it takes all of it, and answers it.
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  maxRequestBodySize: Number.MAX_SAFE_INTEGER,
  fetch: async (request) => new Response(await request.arrayBuffer()),
});
console.log(`listening on http://127.0.0.1:${server.port}`);
