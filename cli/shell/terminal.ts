/** Columns of a terminal that does not know its size, as one without a window. */
const USUAL = 80;

/** The number of columns of the terminal. @throws {Error} if there is none */
export function terminalColumns(size: () => { readonly columns: number } = Deno.consoleSize): number {
  return size().columns || USUAL;
}

/** Columns of lines that go to a file or another program. */
const PIPED = 200;

/** The number of columns that lines on stdout may have. */
export function printWidth(): number {
  return Deno.stdout.isTerminal() ? terminalColumns() : PIPED;
}
