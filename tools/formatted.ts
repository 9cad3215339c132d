const ROOT = new URL("..", import.meta.url);

/** A file's text as `deno fmt` wants it. @throws {Error} if it cannot be formatted */
export async function formatted(text: string, kind: "json" | "md" | "svg" | "ts"): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", `--ext=${kind}`, "-"],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const output = child.output();
  await new Blob([text]).stream().pipeTo(child.stdin);
  const { success, stdout } = await output;
  if (!success) throw new Error(`Cannot format a generated file (.${kind}): deno fmt refused it`);
  return new TextDecoder().decode(stdout);
}
