import type { FileTrouble } from "../../storage/index.ts";
import { logger } from "../config/logger.ts";

/** Logs and keeps what the database reports about damage, and about its files. */
export class DatabaseHealth {
  #damage: string | undefined;
  #trouble: FileTrouble | undefined;

  // Both are properties, so that they can be passed to the database as callbacks.
  readonly noteDamage = (problem: string): void => {
    if (this.#damage !== undefined) return;
    this.#damage = problem;
    logger.error("the database is damaged", { reason: problem });
  };

  readonly noteFileTrouble = (trouble: FileTrouble | undefined): void => {
    this.#trouble = trouble;
    if (trouble === undefined) logger.info("the database's files are back");
    else logger.error("the database's files are not as they were", { reason: trouble.problem });
  };

  /** The present problem; undefined if there is none. */
  problem(): string | undefined {
    return this.#trouble?.problem ?? this.#damage;
  }

  /** Whether the files of the database are damaged, so that SQLite must not write to them again. */
  isFileDamaged(): boolean {
    return this.#trouble?.isDamage === true;
  }
}
