/** The path in a `file:…` url, as the driver reads it. Undefined for any other url. */
export function databaseFile(url: string): string | undefined {
  const [, path] = /^file:(?:\/\/[^/?#]*(?=\/))?([^?#]*)/.exec(url) ?? [];
  try {
    return path && decodeURIComponent(path);
  } catch {
    return path; // the driver refuses it
  }
}

/**
 * A file as a url for the driver, with parameters for SQLite. The driver takes them for part of the path, and passes
 * them on.
 */
export function urlWith(file: string, parameters: string): string {
  const uri = `file:${encodeURI(file).replace(/[?#]/g, encodeURIComponent)}?${parameters}`;
  return `file:${encodeURIComponent(uri)}`;
}
