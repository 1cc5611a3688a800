import { readShapes, wipeShapes } from "./read-shapes.ts";
import { importShapes, reportShapes } from "./report-shapes.ts";
import type { Shape } from "./shape.ts";
import { streamShapes } from "./stream-shapes.ts";

export const shapes: readonly Shape[] = [
  ...reportShapes,
  ...importShapes,
  ...readShapes,
  ...streamShapes,
  ...wipeShapes,
];
