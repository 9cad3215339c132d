/** Checks a page's script that is made of modules put one after the other. */

/** The name that a module declares first. */
const FIRST = /^(?:export )?(?:const|class|function) \w+/m;
const DECLARED = /^(?:async )?(?:function\*?|const|let|class) (\w+)/gm;

/**
 * The faults of a script: modules of the folder that it lacks, modules that stand before those that they import, imports and exports that
 * are left, and names that are declared twice.
 */
export async function scriptFaults(script: string, folder: URL): Promise<string[]> {
  const faults: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".js")) continue;
    const text = await Deno.readTextFile(new URL(name, folder));
    const body = text.replace(/^import [^;]*;\n/gm, "").replace(/^export /gm, "");
    if (!script.includes(body)) faults.push(`it lacks ${name}`);
    for (const [, from] of text.matchAll(/^import [^;]* from "(\.[^"]+)";/gm)) {
      const imported = await Deno.readTextFile(new URL(from!, new URL(name, folder)));
      const first = FIRST.exec(imported)![0].replace("export ", "");
      if (script.indexOf(first) < 0) faults.push(`it lacks ${from}, which ${name} imports`);
      if (script.indexOf(first) > script.indexOf(body)) faults.push(`${name} stands before ${from}`);
    }
  }
  if (/^(import|export) /m.test(script)) faults.push("it has imports or exports");
  const names = [...script.matchAll(DECLARED)].map(([, name]) => name!);
  const twice = names.filter((name, i) => names.indexOf(name) !== i);
  return [...faults, ...twice.map((name) => `${name} is declared twice`)];
}
