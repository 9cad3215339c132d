import { renderTerminal, type RunView } from "../lib/report/mod.ts";
import { FailedError } from "./errors.ts";
import { terminalColumns } from "./terminal.ts";

/** Prints runs: as JSON (one as itself, several as a list) or for people. */
export function show(
  views: readonly RunView[],
  { json, ascii }: { readonly json: boolean; readonly ascii: boolean },
  print: (text: string) => void,
): void {
  if (json) print(JSON.stringify(views.length === 1 ? views[0]!.report : views.map(({ report }) => report)));
  else print(renderTerminal(views, terminal(ascii)).trimEnd());
}

function terminal(ascii: boolean): { width: number; color: boolean; ascii: boolean } {
  const shown = Deno.stdout.isTerminal();
  return { width: shown ? terminalColumns() : 100, color: shown && !Deno.noColor, ascii };
}

/** Writes a page. @throws {FailedError} if the file cannot be made */
export async function writePage(path: string, page: string): Promise<void> {
  try {
    await Deno.writeTextFile(path, page);
  } catch (cause) {
    throw new FailedError(
      `Cannot write the page ${path}: ${(cause as Error).message}. Name a file that can be made`,
      { cause },
    );
  }
}
