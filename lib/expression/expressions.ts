import {
  type Clock,
  type Json,
  type JsonObject,
  type JsonText,
  NULL,
  readJson,
  writeJson,
} from "../model/mod.ts";
import { ExpressionError } from "./errors.ts";
import { Lane } from "./evaluator/lane.ts";
import { isTrue } from "./is_true.ts";
import { listOf } from "./list_of.ts";
import type { Answer, Budget, Question } from "./messages.ts";
import { type Constants, lazyScope, type NamingScope, type Scope } from "./scope.ts";
import { compileSimple, type SimpleExpression } from "./simple.ts";

/** Enough for most expressions that are not simple. Those that need more wait behind others that do. */
const QUICK: Budget = { steps: 10_000, cpuMs: 250 };
/** The most that an expression may use. */
const FULL: Budget = { steps: 500_000, cpuMs: 2000 };
/** Requests that are sent ahead in the quick lane, so that a busy consumer does not leave its evaluator idle. */
const AHEAD = 32;

/** Compiled simple expressions are kept, the newest of them: instances of a chain share theirs. */
const MOST_COMPILED = 1000;

/** Texts that are read are kept if they are not short, in characters; the newest of them. */
const SHORT = 1024, MOST_READ = 16;

/** At once, or when an evaluator has answered. */
export type Soon<T> = T | Promise<T>;

type Scoped = Scope | NamingScope;

/**
 * Evaluates expressions, each within bounds of its own, whatever else the machine does: simple ones at once, the others in
 * processes of their own that are started when they are needed, at most two. All evaluations have a quick try first, so that
 * those that use much wait for each other and not the others for them.
 *
 * @example
 * ```ts
 * import { NO_ARGS, realClock, writeJson } from "../model/mod.ts";
 * import { Expressions, type Scope } from "./mod.ts";
 * await using expressions = new Expressions(realClock);
 * const instance = { id: "i1", chain: "documents", labels: {}, submitted: "2026-01-31T12:00:00Z" };
 * const scope: Scope = { inputs: { list: writeJson([1, 2]) }, args: NO_ARGS, instance };
 * await expressions.value("$sum(inputs.list)", scope); // "3"
 * ```
 */
export class Expressions implements AsyncDisposable {
  readonly #compiled = new Map<string, SimpleExpression | undefined>();
  readonly #roots = new WeakMap<Scoped, JsonObject>();
  readonly #known = new Map<JsonText, Json>();
  readonly #quick: Lane;
  readonly #full: Lane;

  constructor(clock: Pick<Clock, "after">) {
    const after = clock.after.bind(clock);
    this.#quick = new Lane({ budget: QUICK, ahead: AHEAD, after });
    this.#full = new Lane({ budget: FULL, ahead: 1, after });
  }

  /** Ends the processes. Whoever waits for a value gets {@linkcode EvaluationStopped}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#quick[Symbol.asyncDispose](), this.#full[Symbol.asyncDispose]()]);
  }

  /**
   * The JSON that an expression answers; undefined if it answers nothing.
   *
   * @throws {ExpressionError} (also in the promise) if it cannot be read, fails, exceeds its bounds, or answers what JSON
   * cannot carry
   */
  value(text: string, scope: Scoped, constants?: Constants): Soon<JsonText | undefined> {
    const simple = this.#simply(text, scope, (value) => value === undefined ? undefined : writeJson(value));
    if (simple !== undefined) return simple.value;
    return this.#ask({ text, ask: "value", scope, constants }).then((answer) =>
      answer.kind === "value" ? answer.json : undefined
    );
  }

  /** Whether an expression answers what counts as true. @throws {ExpressionError} (also in the promise) as `value()` */
  isTrue(text: string, scope: Scoped, constants?: Constants): Soon<boolean> {
    const simple = this.#simply(text, scope, isTrue);
    if (simple !== undefined) return simple.value;
    return this.#ask({ text, ask: "truth", scope, constants }).then((answer) =>
      answer.kind === "truth" && answer.isTrue
    );
  }

  /**
   * The list that an expression answers. JSONata cannot tell a list of one from its item, so any other value is a list of
   * one; nothing and null are an empty list.
   *
   * @throws {ExpressionError} (also in the promise) as `value()`
   */
  list(text: string, scope: Scoped, constants?: Constants): Soon<readonly JsonText[]> {
    const itemsOf = (value: Json | undefined) => listOf(value).map(writeJson);
    let simple = this.#simply(text, scope, itemsOf, true);
    if (simple?.value.length === 1 && simple.value[0] === NULL) simple = this.#simply(text, scope, itemsOf);
    if (simple !== undefined) return simple.value;
    return this.#ask({ text, ask: "list", scope, constants }).then((answer) =>
      answer.kind === "list" ? answer.items : []
    );
  }

  #simply<T>(
    text: string,
    scope: Scoped,
    use: (value: Json | undefined) => T,
    keepsLists = false,
  ): { readonly value: T } | undefined {
    const key = `${keepsLists ? "list" : "value"} ${text}`;
    let run = this.#compiled.get(key);
    if (run === undefined && !this.#compiled.has(key)) {
      this.#compiled.set(key, run = compileSimple(text, keepsLists));
      if (this.#compiled.size > MOST_COMPILED) this.#compiled.delete(this.#compiled.keys().next().value!);
    }
    return run?.(this.#rootOf(scope), use);
  }

  /** Kept with the scope, as the templates of a node ask for the same one after the other. */
  #rootOf(scope: Scoped): JsonObject {
    let root = this.#roots.get(scope);
    if (root === undefined) this.#roots.set(scope, root = lazyScope(scope, this.#read));
    return root;
  }

  /** The items of a map read the same long inputs one after the other. */
  readonly #read = (text: JsonText): Json => {
    if (text.length < SHORT) return readJson(text);
    let value = this.#known.get(text);
    if (value === undefined) {
      this.#known.set(text, value = readJson(text));
      if (this.#known.size > MOST_READ) this.#known.delete(this.#known.keys().next().value!);
    }
    return value;
  };

  async #ask(question: Question): Promise<Exclude<Answer, { kind: "error" }>> {
    const { text } = question;
    let outcome = await this.#quick.ask(question);
    if (typeof outcome === "string" || outcome.kind === "error" && outcome.code === "expression-timeout") {
      outcome = await this.#full.ask(question);
    }
    if (typeof outcome === "string") {
      throw outcome === "time"
        ? new ExpressionError(
          "expression-timeout",
          text,
          `takes longer than ${FULL.cpuMs} ms of processor time`,
        )
        : new ExpressionError("expression-memory", text, "takes more memory than there is for it");
    }
    if (outcome.kind !== "error") return outcome;
    throw new ExpressionError(outcome.code, text, outcome.why);
  }
}
