/** The path that a `file:…` url names, as the driver reads it; undefined for any other url. */
export function databaseFile(url: string): string | undefined {
  const [, path] = /^file:(?:\/\/[^/?#]*(?=\/))?([^?#]*)/.exec(url) ?? [];
  try {
    return path && decodeURIComponent(path);
  } catch {
    return path; // the driver refuses it
  }
}

/** A file as a url for the driver with parameters of SQLite's. Those it takes for part of a path, and hands on. */
export function urlWith(file: string, parameters: string): string {
  const uri = `file:${encodeURI(file).replace(/[?#]/g, encodeURIComponent)}?${parameters}`;
  return `file:${encodeURIComponent(uri)}`;
}
