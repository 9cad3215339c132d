import { join } from "node:path";

/**
 * Empties the folder of a package, as far as an earlier run has made it: a folder that is named by mistake stays.
 *
 * @throws {Error} if something else is in it
 */
export async function emptyPackageFolder(folder: string, packageName: string): Promise<void> {
  if (await isEmpty(folder)) return;
  if (await nameIn(join(folder, "package.json")) !== packageName) {
    throw new Error(
      `Cannot write the package into ${folder}: something else is there. Name a folder that is empty or new`,
    );
  }
  await Deno.remove(folder, { recursive: true });
}

async function isEmpty(folder: string): Promise<boolean> {
  try {
    for await (const _ of Deno.readDir(folder)) return false;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return true;
}

async function nameIn(path: string): Promise<unknown> {
  try {
    return Object(JSON.parse(await Deno.readTextFile(path))).name;
  } catch {
    return undefined; // it is no package
  }
}
