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
 * nobody may show it in theirs.
 */
export function pageHeaders(allowed: string, forms: "'none'" | "'self'" = "'none'") {
  return {
    ...answerHeaders,
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": `default-src 'none'; ${allowed}; base-uri 'none'; form-action ${forms}; frame-ancestors 'none'`,
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
  } as const;
}
