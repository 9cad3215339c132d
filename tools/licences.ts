import { join } from "node:path";

/** A bundler names the file above each module it takes in; those of packages lie in a cache, by name and version. */
const MODULE = /^\/\/ (.*\/npm\/[^/\s]+\/((?:@[^/]+\/)?[^/]+\/\d[^/]*))\/\S+$/gm;

/**
 * The licences of the packages whose modules a bundle holds, as their authors write them.
 *
 * @param folder where the bundle's files are
 * @param from the folder that the bundle's comments count from
 * @throws {Error} if a package neither comes with a licence nor names one
 */
export async function licencesOf(folder: string, from: string): Promise<string> {
  const roots = new Map<string, string>();
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile) continue;
    const text = await Deno.readTextFile(join(folder, name));
    for (const [, root, id] of text.matchAll(MODULE)) {
      roots.set(id!.replace(/\/(?=\d)/, " "), join(from, root!));
    }
  }
  const texts: string[] = [];
  for (const [id, root] of [...roots].sort()) texts.push(`${id}\n\n${await licenceIn(root)}`);
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

async function licenceIn(root: string): Promise<string> {
  for await (const { name } of Deno.readDir(root)) {
    if (/^licen[cs]e/i.test(name)) return await Deno.readTextFile(join(root, name));
  }
  const { license, repository } = JSON.parse(await Deno.readTextFile(join(root, "package.json")));
  if (typeof license !== "string") throw new Error(`Cannot find a licence in ${root}`);
  const home = typeof repository === "string" ? repository : repository?.url;
  return `The package names its licence, ${license}, but comes without its text. See ${
    home ?? "its home page"
  }\n`;
}
