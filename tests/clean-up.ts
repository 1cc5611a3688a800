import { afterAll } from "bun:test";
import { removeTemporaryFolders } from "./server.ts";

// Loaded before every file of tests: see bunfig.toml.
afterAll(removeTemporaryFolders);
