import jsonata from "jsonata";

/** A function of JSONata, as its evaluator knows it. */
export interface Builtin {
  /** Gets what the expression says, as far as the signature lets it through. */
  readonly implementation: (this: unknown, ...args: unknown[]) => unknown;
  readonly signature: unknown;
}

const NAMES = (
  "abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl " +
  "decodeUrlComponent distinct each encodeUrl encodeUrlComponent error eval exists filter floor formatBase " +
  "formatInteger formatNumber fromMillis join keys length lookup lowercase map match max merge millis min not now " +
  "number pad parseInteger power random reduce replace reverse round shuffle sift single sort split spread sqrt " +
  "string substring substringAfter substringBefore sum toMillis trim type uppercase zip"
).split(" ");

let found: Promise<Record<string, Builtin>> | undefined;

/** All functions of JSONata by name. */
export function builtins(): Promise<Record<string, Builtin>> {
  return found ??= jsonata(`[${NAMES.map((name) => `$${name}`).join(", ")}]`).evaluate(null).then(
    (functions: Builtin[]) => Object.fromEntries(functions.map((builtin, i) => [NAMES[i]!, builtin])),
  );
}
