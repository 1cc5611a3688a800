/** The path in a `file:…` url, as @libsql/client reads it. */
export function filePath(url: string): string {
  return decodeURIComponent(url.replace(/^file:(\/\/[^/]*(?=\/))?/, "").replace(/[?#].*$/s, ""));
}
