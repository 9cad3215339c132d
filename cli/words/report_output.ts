import { printedReports, renderTerminal, type RunView } from "../../lib/report/mod.ts";
import type { Context } from "../shell/command.ts";
import { FailedError, UsageError } from "../shell/errors.ts";
import { terminalColumns } from "../shell/terminal.ts";

/** The options that say how runs are printed. */
interface ViewValues {
  readonly json: boolean;
  readonly ascii: boolean;
  readonly brief: boolean;
  readonly all: boolean;
}

/** Prints runs: as JSON (one as itself, several as a list) or for people. */
export function show(
  views: readonly RunView[],
  values: ViewValues,
  { print, printEscaped }: Pick<Context, "print" | "printEscaped">,
): void {
  const detail = detailOf(values);
  if (values.json) return print(JSON.stringify(printedReports(views)));
  printEscaped(renderTerminal(views, { ...terminalOptions(values.ascii), detail }).trimEnd());
}

/** The options of texts for the terminal that the program writes to. */
export function terminalOptions(ascii: boolean): { width: number; color: boolean; ascii: boolean } {
  const shown = Deno.stdout.isTerminal();
  return { width: shown ? terminalColumns() : 100, color: shown && !Deno.noColor, ascii };
}

/** Returns the part of a report to show. @throws {UsageError} if both less and more are asked for */
function detailOf(
  { brief, all }: { readonly brief: boolean; readonly all: boolean },
): "brief" | "usual" | "all" {
  if (brief && all) throw new UsageError("Choose one of --brief and --all");
  return brief ? "brief" : all ? "all" : "usual";
}

/** The first letters of a page, whoever wrote it. */
const PAGE = "<!doctype html";

/** Writes a page, over an earlier one, too. @throws {FailedError} if the file cannot be made, or is something else, as a run log */
export async function writePage(path: string, page: string): Promise<void> {
  if (await holdsSomethingElse(path)) {
    throw new FailedError(`Cannot write the page ${path}: that file is no page. Name another, or remove it`);
  }
  try {
    await Deno.writeTextFile(path, page);
  } catch (cause) {
    throw new FailedError(
      `Cannot write the page ${path}: ${(cause as Error).message}. Name a file that can be made`,
      { cause },
    );
  }
}

/** Whether there is a file whose content a page would destroy. */
async function holdsSomethingElse(path: string): Promise<boolean> {
  const { isFile, size } = await Deno.stat(path).catch(() => ({ isFile: false, size: 0 }));
  if (!isFile || size === 0) return false;
  using file = await Deno.open(path);
  const start = new Uint8Array(PAGE.length);
  await file.read(start);
  return new TextDecoder().decode(start).toLowerCase() !== PAGE;
}
