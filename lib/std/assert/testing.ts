import { AssertionError } from "@std/assert";

/** Text without what colours it. */
export function plain(text: string): string {
  // deno-lint-ignore no-control-regex -- that is how colours start
  return text.replaceAll(/\x1b\[\d+m/g, "");
}

/** The message of the AssertionError that something throws, without colours. Leans on no assertion. */
export function message(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof AssertionError && error.name === "AssertionError") return plain(error.message);
    throw error;
  }
  throw new Error("It holds");
}
