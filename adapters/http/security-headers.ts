/**
 * What every answer says to a browser: to take it for nothing but what its type says, and to keep it from pages of
 * other origins. A constant, not hono/secure-headers: that is a middleware, which would run for every report.
 */
export const answerHeaders = {
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
} as const;

/**
 * What a page says beside that: it may load nothing but what `allowed` names, send its forms to `forms` alone, and
 * nobody may show it in theirs. Not cross-origin-opener-policy: for that a browser begins another process, a third of the
 * time until a page is seen (45 of 150 ms), and who opens ours in a window can do no more with it than send it elsewhere.
 */
export function pageHeaders(allowed: string, forms: "'none'" | "'self'" = "'none'") {
  return {
    ...answerHeaders,
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": `default-src 'none'; ${allowed}; base-uri 'none'; form-action ${forms}; frame-ancestors 'none'`,
    // Not no-referrer: a form would be sent with `Origin: null`, and nobody would know that its page came by https.
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
  } as const;
}
