import { type AssetKey, hasPrefix } from "../../core/index.ts";

/** Who looks at a page: everything that a page shows or offers goes by this. */
export interface Viewer {
  /** The only assets that the viewer may see: this key and all below it. Undefined: all. */
  readonly prefix: AssetKey | undefined;
  readonly mayWipe: boolean;
}

export const everybody: Viewer = { prefix: undefined, mayWipe: true };

/** The narrower of what the viewer may see and what was asked for; undefined stands for all. */
export function visiblePrefix(viewer: Viewer, asked: AssetKey | undefined): AssetKey | undefined {
  if (viewer.prefix === undefined) return asked;
  return asked !== undefined && hasPrefix(asked, viewer.prefix) ? asked : viewer.prefix;
}

export function maySee(viewer: Viewer, key: AssetKey): boolean {
  return viewer.prefix === undefined || hasPrefix(key, viewer.prefix);
}
