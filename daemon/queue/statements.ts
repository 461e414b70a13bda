import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";

export type Row = Record<string, SQLInputValue>;

/** SQL by its text, each compiled once. */
export class Statements {
  readonly #database: DatabaseSync;
  readonly #compiled = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  run(sql: string, values: Row): void {
    this.#compile(sql).run(values);
  }

  all(sql: string, values: Row): Row[] {
    return this.#compile(sql).all(values);
  }

  /** Row by row, for whoever may have enough before the last. */
  iterate(sql: string, values: Row): Iterable<Row> {
    return this.#compile(sql).iterate(values);
  }

  #compile(sql: string): StatementSync {
    let statement = this.#compiled.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#compiled.set(sql, statement);
    }
    return statement;
  }
}
