/** The path that a `file:…` url names, as the driver reads it; undefined for any other url. */
export function databaseFile(url: string): string | undefined {
  const [, path] = /^file:(?:\/\/[^/?#]*(?=\/))?([^?#]*)/.exec(url) ?? [];
  try {
    return path && decodeURIComponent(path);
  } catch {
    return path; // the driver refuses it
  }
}
