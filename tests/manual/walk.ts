/** The files of a folder and those below it whose names fit, with their texts. */
export async function* walk(folder: URL, names: RegExp): AsyncGenerator<{ url: URL; text: string }> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* walk(new URL(`${name}/`, folder), names);
    else if (names.test(name)) {
      const url = new URL(name, folder);
      yield { url, text: await Deno.readTextFile(url) };
    }
  }
}
