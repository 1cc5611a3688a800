/** What became of a request without an answer, to follow the name of its host. Messages of runtimes may quote a URL. */
export function failureOf(error: Error): string {
  const code = codeOf(error);
  const known = sentences[code];
  if (known !== undefined) return known;
  const name = code === "" ? "" : ` (${code})`;
  if (isTls(code)) return `can't be trusted: TLS failed${name}`;
  return code.startsWith("HPE_") ? `answered with something else than HTTP${name}` : `gave no answer${name}`;
}

const sentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refused the connection",
  ECONNRESET: "ended the connection",
  EPIPE: "ended the connection",
  EHOSTUNREACH: "can't be reached: there is no way to its network",
  ENETUNREACH: "can't be reached: there is no way to its network",
  ETIMEDOUT: "did not accept a connection in time",
  CERT_HAS_EXPIRED: "can't be trusted: its certificate has expired",
  ERR_TLS_CERT_ALTNAME_INVALID: "can't be trusted: its certificate is for another name",
  DEPTH_ZERO_SELF_SIGNED_CERT: "can't be trusted: its certificate is signed by itself",
};

function isTls(code: string): boolean {
  return /^(ERR_TLS_|ERR_SSL_|EPROTO$|UNABLE_TO_|SELF_SIGNED_|CERT_|CRL_|INVALID_|HOSTNAME_)|_CERT/.test(code);
}

/** Of an error, or of the first attempt where several addresses were tried. */
function codeOf(error: Error): string {
  const [first] = error instanceof AggregateError ? error.errors : [];
  const found = [error, first].map((one) => (one instanceof Error && "code" in one ? String(one.code) : ""));
  return found.find((code) => /^[A-Z][A-Z\d_]*$/.test(code)) ?? "";
}
