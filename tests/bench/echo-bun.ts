// The least that a Bun server with JSON in and JSON out can do: what runless is compared with.
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: async (request) => Response.json(await request.json()),
});
console.log(`listening on http://127.0.0.1:${server.port}`);
