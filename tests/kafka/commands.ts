/** The output of a program, standard output and error together, and whether it ended well. */
export interface Said {
  readonly success: boolean;
  readonly text: string;
}

/** Runs a program to its end. */
export async function run(program: string, args: readonly string[]): Promise<Said> {
  const command = new Deno.Command(program, { args: [...args], stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { success, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

/**
 * Runs a program that must end well; `what` is its work, for the message.
 *
 * @throws {Error} with everything that it said
 */
export async function mustRun(what: string, program: string, args: readonly string[]): Promise<string> {
  const { success, text } = await run(program, args);
  if (!success) throw new Error(`Cannot ${what}: ${program} failed:\n${text}`);
  return text;
}
