/** JSON that is written already: event texts keep digits that an object would lose. */
export function jsonResponse(text: string): Response {
  return new Response(text, { headers: { "content-type": "application/json" } });
}
