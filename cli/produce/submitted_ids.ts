import { FailedError } from "../shell/errors.ts";

/** The ids of the submitted instances: the first and the last of them, and all of them in a file if there is one. */
export class SubmittedIds implements Disposable {
  readonly #file: Deno.FsFile | undefined;
  #count = 0;
  #first = "";
  #last = "";

  /** @param path the file to which ids are written, one a line, as soon as they are durable; what was in it goes */
  constructor(path?: string) {
    if (path === undefined) return;
    try {
      this.#file = Deno.openSync(path, { write: true, create: true, truncate: true });
    } catch (cause) {
      throw new FailedError(`Cannot write ids to ${path}: ${(cause as Error).message}`, { cause });
    }
  }

  /** Takes ids that are durable. */
  add(ids: readonly string[]): void {
    if (ids.length === 0) return;
    if (this.#count === 0) this.#first = ids[0]!;
    this.#last = ids.at(-1)!;
    this.#count += ids.length;
    if (this.#file === undefined) return;
    let bytes = new TextEncoder().encode(`${ids.join("\n")}\n`);
    while (bytes.length > 0) bytes = bytes.subarray(this.#file.writeSync(bytes));
  }

  /** The first and the last; undefined if there are none. */
  get ends(): { readonly first: string; readonly last: string } | undefined {
    return this.#count === 0 ? undefined : { first: this.#first, last: this.#last };
  }

  /** The lines for a terminal: the id of one alone, so that a script can take it, or of many the first and the last. */
  lines(): string[] {
    if (this.#count <= 1) return this.#count === 0 ? [] : [this.#first];
    return [`first ${this.#first}`, `last  ${this.#last}`];
  }

  [Symbol.dispose](): void {
    this.#file?.close();
  }
}
