import { assertEquals } from "@std/assert";
import ts from "typescript";

/** Checks some modules as a strict program of Node.js, by the types of the packages that are installed beside them. */
export function assertTyped(paths: readonly string[]): void {
  const program = ts.createProgram(paths, {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    types: [],
  });
  const problems = ts.getPreEmitDiagnostics(program).map(({ messageText }) =>
    ts.flattenDiagnosticMessageText(messageText, " ")
  );
  assertEquals(problems, []);
}
