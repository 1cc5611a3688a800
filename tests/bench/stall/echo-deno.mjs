// The least that a Deno server can do with a body: it takes all of it, and answers it.
const server = globalThis.Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: () => {} },
  async (request) => new Response(await request.arrayBuffer()),
);
console.log(`listening on http://127.0.0.1:${server.addr.port}`);
