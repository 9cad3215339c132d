/** The value of a variable of the environment; one that is set to nothing counts as unset. */
export function variable(name: string): string | undefined {
  return Deno.env.get(name) || undefined;
}

/**
 * Uses the value of a variable. An error names the variable first, as nobody sees the value on the command line; it keeps its
 * class and code.
 */
export async function ofVariable<T>(name: string, use: () => T | Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof Error) error.message = `${name}: ${error.message}`;
    throw error;
  }
}
