import ts from "typescript";
import { basename } from "node:path";

/**
 * The declarations of some modules and of what these import, each by the name of its module.
 *
 * @throws {Error} if a type does not hold, or cannot be declared
 */
export function packageTypes(paths: readonly string[]): Map<string, string> {
  const program = ts.createProgram(paths, {
    declaration: true,
    emitDeclarationOnly: true,
    allowImportingTsExtensions: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    types: [],
  });
  const texts = new Map<string, string>();
  const { diagnostics } = program.emit(undefined, (path, text) => texts.set(basename(path, ".d.ts"), text));
  const problems = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (problems.length > 0) {
    const host = {
      getCanonicalFileName: (name: string) => name,
      getCurrentDirectory: Deno.cwd,
      getNewLine: () => "\n",
    };
    throw new Error(`Cannot make the types of ${paths[0]}: ${ts.formatDiagnostics(problems, host)}`);
  }
  return texts;
}

/** A declaration whose imports name the modules as they are published. @param extension of these: `js` */
export function importing(text: string, extension: string): string {
  return text.replaceAll(/"(\.\/\w+)\.ts"/g, `"$1.${extension}"`);
}
