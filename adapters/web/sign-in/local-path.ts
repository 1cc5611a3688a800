/** A path of this server, whatever the address says that was given; else the catalog's. */
export function localPath(path: string | null): string {
  const here = "http://here";
  if (path === null || !URL.canParse(path, here)) return "/";
  const { origin, pathname, search } = new URL(path, here);
  // Two slashes would lead to a host.
  return origin === here && !pathname.startsWith("//") ? pathname + search : "/";
}
