import { type Answer, type Budget, type Question, readAnswer, writeRequest } from "../messages.ts";
import { Child, type Ended } from "./child.ts";

/** Most texts that are sent ahead, in characters: the others wait here, where they cost nothing. */
const MOST_SENT = 1_000_000;
/** Most restarts of an evaluation that was ended from outside. */
const MOST_RESTARTS = 3;
/** Most times in a row that an evaluator may end before it can begin. */
const MOST_UNREADY = 3;
/** Wait before the next try to start a process, in milliseconds. */
const AGAIN_MS = 500;

/** Thrown to those who wait for an answer when evaluation ends for good. */
export class EvaluationStopped extends Error {
  override readonly name = "EvaluationStopped";

  constructor() {
    super("Cannot evaluate expressions: evaluation has ended. Ask those who have not");
  }
}

interface Task {
  readonly question: Question;
  readonly resolve: (outcome: Answer | Exclude<Ended, "unready">) => void;
  readonly reject: (error: Error) => void;
  restarts: number;
  /** Characters of the request; 0 while it waits. */
  length: number;
}

/** Options of a lane: the budget of each evaluation, the number of requests sent ahead, and timers. */
export interface LaneOptions {
  readonly budget: Budget;
  /** Most requests at its evaluator, the one under way included. */
  readonly ahead: number;
  readonly after: (delayMs: number, callback: () => void) => () => void;
}

/**
 * A queue of evaluations before one process, which is started with the first of them, and again after it was ended. The
 * process works them off in order, so the first without an answer is the one it has ended in; the others are sent again.
 */
export class Lane implements AsyncDisposable {
  readonly #options: LaneOptions;
  /** At most what is ready or to be decided of the instances that a consumer holds. */
  readonly #waiting: Task[] = [];
  readonly #sent: Task[] = [];
  #child: Child | undefined;
  #unready = 0;
  #cancelAgain: (() => void) | undefined;
  #isStopped = false;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /**
   * Evaluates within the budget of the lane.
   *
   * @returns the answer, or how the process has ended in it
   * @throws {EvaluationStopped | Error} if the lane is disposed, or its process cannot be started
   */
  ask(question: Question): Promise<Answer | Exclude<Ended, "unready">> {
    return new Promise((resolve, reject) => {
      if (this.#isStopped) return reject(new EvaluationStopped());
      this.#waiting.push({ question, resolve, reject, restarts: 0, length: 0 });
      this.#send();
    });
  }

  /** Ends the process; those who wait get {@linkcode EvaluationStopped}. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    this.#cancelAgain?.();
    this.#rejectAll(new EvaluationStopped());
    await this.#child?.end();
  }

  #send(): void {
    if (this.#waiting.length === 0 || this.#cancelAgain !== undefined) return;
    const child = this.#child ??= this.#start();
    if (child === undefined) return;
    const { budget, ahead } = this.#options;
    let length = this.#sent.reduce((sum, task) => sum + task.length, 0);
    while (this.#waiting.length > 0 && this.#sent.length < ahead && length < MOST_SENT) {
      const task = this.#waiting.shift()!;
      const text = writeRequest(task.question, budget);
      length += task.length = text.length;
      this.#sent.push(task);
      child.send(text);
    }
  }

  #start(): Child | undefined {
    try {
      const child = new Child((text) => this.#answered(text));
      child.ended.then((ended) => this.#ended(ended));
      return child;
    } catch (error) {
      if (isForGood(error)) this.#rejectAll(cannotStart(error));
      else { // the machine has too many processes or files, or too little memory, now
        this.#cancelAgain = this.#options.after(AGAIN_MS, () => {
          this.#cancelAgain = undefined;
          this.#send();
        });
      }
      return undefined;
    }
  }

  #answered(text: string): void {
    this.#unready = 0;
    this.#sent.shift()!.resolve(readAnswer(text));
    this.#send();
  }

  #ended(ended: Ended): void {
    this.#child = undefined;
    if (this.#isStopped) return;
    const [first, ...others] = this.#sent.splice(0);
    this.#waiting.unshift(...others);
    if (ended === "unready") {
      if (first !== undefined) this.#waiting.unshift(first);
      if (++this.#unready >= MOST_UNREADY) return this.#rejectAll(cannotStart("it ends before it can begin"));
    } else if (first !== undefined) {
      if (ended === "outside" && ++first.restarts < MOST_RESTARTS) this.#waiting.unshift(first);
      else first.resolve(ended);
    }
    this.#send();
  }

  #rejectAll(error: Error): void {
    for (const { reject } of [...this.#sent.splice(0), ...this.#waiting.splice(0)]) reject(error);
  }
}

function isForGood(error: unknown): boolean {
  return error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotFound;
}

function cannotStart(cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Error(`Cannot start the process that evaluates expressions: ${why}. Allow it with --allow-run`, {
    cause,
  });
}
