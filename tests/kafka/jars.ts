import { fileURLToPath } from "node:url";
import { mustRun } from "./commands.ts";

const POM = fileURLToPath(new URL("pom.xml", import.meta.url));

/** The user's folder for what can be had again. */
export function cacheFolder(): string {
  const base = Deno.env.get("XDG_CACHE_HOME") || `${Deno.env.get("HOME") ?? Deno.cwd()}/.cache`;
  return `${base}/sequoia-kafka`;
}

/** Where the jars of the broker's version are kept. */
async function libFolder(): Promise<string> {
  const version = /<kafka\.version>(.+)<\/kafka\.version>/.exec(await Deno.readTextFile(POM))?.[1];
  if (version === undefined) throw new SyntaxError(`Cannot read the version of Kafka: ${POM} has none`);
  return `${cacheFolder()}/lib-${version}`;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Whether the jars are there, so that Maven is not needed. */
export async function jarsAreHere(): Promise<boolean> {
  return await exists(`${await libFolder()}/.ok`);
}

/** Has Maven copy the jars beside `lib`, and puts them there in one step: what is at `lib` is always complete. */
async function fetchInto(lib: string): Promise<void> {
  const fresh = await Deno.makeTempDir({ dir: cacheFolder(), prefix: "fetching-" });
  try {
    const goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", `-DoutputDirectory=${fresh}`];
    await mustRun("fetch Kafka", "mvn", ["-q", "-B", "-Dstyle.color=never", "-f", POM, ...goal]);
    await Deno.writeTextFile(`${fresh}/.ok`, "");
    if (await exists(lib)) await Deno.remove(lib, { recursive: true });
    await Deno.rename(fresh, lib);
  } catch (error) {
    await Deno.remove(fresh, { recursive: true });
    throw error;
  }
}

/**
 * The broker's class path. The first time, Maven fetches it (about 45 MB); of several processes one does, and
 * the others wait: the lock is the operating system's, so it ends with the process that holds it.
 *
 * @throws {Error} when Maven fails, with what it said
 */
export async function classPath(): Promise<string> {
  const lib = await libFolder();
  if (!await exists(`${lib}/.ok`)) {
    await Deno.mkdir(cacheFolder(), { recursive: true });
    using lock = await Deno.open(`${lib}.lock`, { create: true, write: true });
    await lock.lock(true);
    if (!await exists(`${lib}/.ok`)) await fetchInto(lib);
  }
  return `${lib}/*`;
}
