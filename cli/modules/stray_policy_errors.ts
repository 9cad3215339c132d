/** Errors that policies in files leave behind, as in timers and promises that nobody awaits. */

/** The policies in files that this process has loaded: their names, by the start of their modules' URLs. */
const watched = new Map<string, string>();

/** The start of the URL of a module that came as a text, in the stacks of errors; Deno leaves out the middle of it. */
const OF_TEXT = "data:application/typescript";

/** Takes the errors that a policy's module leaves behind for its own. Called before it is loaded. */
export function watchStrayErrorsOf(url: string, name: string): void {
  watched.set(url.startsWith(OF_TEXT) ? OF_TEXT : url, name);
}

/** The policy that has left an error behind; undefined if another part of the program has, which then ends as ever. */
export function policyOfStray(error: unknown): string | undefined {
  const stack = error instanceof Error ? error.stack ?? "" : "";
  for (const [url, name] of watched) if (stack.includes(url)) return name;
  const isOfNoModule = !/\b(?:file|https?|data|npm|jsr):/.test(stack.replace(messageOf(error), ""));
  return isOfNoModule ? watched.values().toArray().at(-1) : undefined; // as of a fetch that nobody awaits
}

/** Keeps the process alive whatever policies leave behind, until its scope ends; each error is told once. */
export class StrayPolicyErrors implements Disposable {
  readonly #told = new Set<string>();
  readonly #onError: (words: string) => void;

  /** @param onError called with what a policy has left behind, in words */
  constructor(onError: (words: string) => void) {
    this.#onError = onError;
    globalThis.addEventListener("error", this.#take);
    globalThis.addEventListener("unhandledrejection", this.#take);
  }

  readonly #take = (event: ErrorEvent | PromiseRejectionEvent) => {
    const error = event instanceof ErrorEvent ? event.error ?? event.message : event.reason;
    const name = policyOfStray(error);
    if (name === undefined) return;
    event.preventDefault();
    const words = `The policy ${name} leaves errors behind that nobody awaits: ${messageOf(error)}. ` +
      "It stays in force. Let its functions only reckon with what they are given";
    if (this.#told.has(words) || this.#told.size >= MOST_TOLD) return;
    this.#told.add(words);
    this.#onError(words);
  };

  [Symbol.dispose](): void {
    globalThis.removeEventListener("error", this.#take);
    globalThis.removeEventListener("unhandledrejection", this.#take);
  }
}

/** The most different errors that are told. */
const MOST_TOLD = 20;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
