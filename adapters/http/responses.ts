/** Answers JSON text. Event texts keep digits that an object would lose. */
export function jsonResponse(text: string, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(text, { status, headers: { "content-type": "application/json", ...answerHeaders, ...headers } });
}

/** Answers a value as JSON. */
export function respond(value: unknown, status?: number, headers?: Readonly<Record<string, string>>): Response {
  return jsonResponse(JSON.stringify(value), status, headers);
}

/** Answers a page of a list, whose items are JSON texts already. `more` follows the cursor. */
export function listResponse(
  name: string,
  items: readonly string[],
  { cursor, hasMore }: { readonly cursor: string | null; readonly hasMore: boolean },
  more: Readonly<Record<string, unknown>> = {},
): Response {
  const rest = JSON.stringify({ cursor, has_more: hasMore, ...more });
  return jsonResponse(`{"${name}":[${items.join(",")}],${rest.slice(1)}`);
}

/**
 * The security headers of every answer. They make a browser trust the content type, and keep answers from pages of other
 * origins. A constant, not hono/secure-headers: that is middleware, which would run for every report.
 */
export const answerHeaders = {
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
} as const;

/**
 * The headers of a page. It may load only what `allowed` names and send forms only to `forms`, and no other page may
 * frame it. There is no cross-origin-opener-policy: a browser starts another process for that, a third of the time until
 * a page is seen (45 of 150 ms), and a page that opens ours in a window can only navigate it away.
 */
export function pageHeaders(allowed: string, forms: "'none'" | "'self'" = "'none'") {
  return {
    ...answerHeaders,
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": `default-src 'none'; ${allowed}; base-uri 'none'; form-action ${forms}; frame-ancestors 'none'`,
    // Not no-referrer: forms would be sent with `Origin: null`, which does not tell that their page came by https.
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
  } as const;
}
