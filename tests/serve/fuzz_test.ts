/** Requests that are right, and those that are changed at random, to the app itself: each has a classified answer. */
// alone: it measures the memory that its process holds
import { assert, assertEquals } from "@std/assert";
import { setImmediate } from "node:timers";
import { chain, fn, type Random, realClock, seededRandom } from "../../lib/model/mod.ts";
import { LiveQueue, lookAt } from "../../lib/live/mod.ts";
import { deployable, memoryQueue } from "../../lib/queue/mod.ts";
import { makeApp } from "../../lib/serve/mod.ts";
import { heldMb } from "../held_memory.ts";
import { runs } from "../lanes.ts";

const SEED = Deno.env.get("FUZZ_SEED") ?? String(Math.floor(Date.now()));
/** The statuses that a request may be answered with; another one is a fault of the server. */
const CLASSIFIED: ReadonlySet<number> = new Set([
  200,
  201,
  207,
  400,
  401,
  403,
  404,
  405,
  409,
  413,
  415,
  422,
  503,
]);
/** Most instances that the queue may come to hold: it is emptied then, as its memory is not what is tested. */
const EMPTIED_EVERY = 500;

/** From this request on the memory is not to grow. */
const WARM = 2 * EMPTIED_EVERY;

const REQUESTS: readonly (readonly [method: string, path: string, body?: unknown])[] = [
  ["POST", "/v1/chains/hello", {
    id: "a",
    args: { x: [1, "b"] },
    labels: { t: "a" },
    priority: 1,
    deadline: "5m",
    delay: "1s",
  }],
  ["POST", "/v1/chains/hello", [{ id: "a" }, { at: "2030-01-01T00:00:00Z", weight: 2 }, {}]],
  ["GET", "/v1/chains"],
  ["GET", "/v1/chains/hello"],
  ["GET", "/v1/instances?state=queued&state=failed&label=t=a&limit=5&order=oldest"],
  ["GET", "/v1/instances/a?nodes=true"],
  ["POST", "/v1/instances/a/cancel?dryRun=true", { abort: true }],
  ["POST", "/v1/instances/a/retry", { from: "only" }],
  ["POST", "/v1/instances/cancel?dryRun=true", {
    ids: ["a"],
    states: ["queued"],
    chain: "hello",
    labels: { t: "a" },
  }],
  ["POST", "/v1/instances/retry", { all: true }],
  ["GET", "/v1/failures?chain=hello"],
  ["POST", "/v1/callbacks/retry?dryRun=true", { ids: ["a"], labels: { t: "a" } }],
  ["GET", "/v1/settings"],
  ["PUT", "/v1/settings/policy?dryRun=true", { name: "fair-share" }],
  ["PUT", "/v1/settings/limits?dryRun=true", {
    limit: 5,
    ceilings: { chains: { a: 2 } },
    floors: { labels: { t: { a: 1 } } },
  }],
  ["POST", "/v1/settings/pauses?dryRun=true", { chain: "hello", label: { name: "t", value: "a" } }],
  ["GET", "/v1/consumers"],
  ["GET", "/v1/openapi.json"],
  ["GET", "/healthz"],
];

const ODD: readonly unknown[] = [
  ...[
    null,
    true,
    -1,
    0,
    1.5,
    1e308,
    -1e308,
    2 ** 53,
    "",
    " ",
    "a",
    "\u0000",
    "\ud800",
    "\u202e<script>",
    "x".repeat(5000),
  ],
  ...[
    [],
    [[]],
    {},
    { a: 1 },
    { "": "" },
    "__proto__",
    "constructor",
    "1s",
    "9999999999d",
    "2030-13-45",
    "%",
    "../..",
    "\u001b[31m",
  ],
];

/** The app on a queue in memory with the chain `hello`. */
class Served implements AsyncDisposable {
  readonly queue = memoryQueue({ clock: realClock });
  readonly #live = new LiveQueue({
    clock: realClock,
    look: () => lookAt(this.queue, realClock),
    version: "1",
  });
  readonly #faults: unknown[] = [];
  readonly #app = makeApp({
    queue: this.queue,
    live: this.#live,
    clock: realClock,
    random: seededRandom(SEED),
    version: "1",
    hostname: "127.0.0.1",
    draining: new AbortController().signal,
    onError: (error) => this.#faults.push(error),
  });

  static async start(): Promise<Served> {
    const served = new Served(), hello = chain("hello", ({ call }) => void call(fn("only")));
    await served.queue.deploy([deployable({ chain: hello }, 1)]);
    return served;
  }

  /** Sends a request, whose answer must be classified. @returns its status */
  async send(
    method: string,
    url: string,
    text: string | undefined,
    type = "application/json",
  ): Promise<number> {
    const response = await this.#app.fetch(
      new Request(url, {
        method,
        headers: { "content-type": type },
        ...text !== undefined && method !== "GET" && { body: text },
      }),
      await this.#app.callerOf(undefined),
    );
    const { status } = response, answer = await response.text();
    const where = `seed ${SEED}: ${method} ${url} ${text} -> ${status} ${answer.slice(0, 300)}`;
    assertEquals([this.#faults[0], where], [undefined, where]);
    assert(CLASSIFIED.has(status), where);
    if (status < 400) return status;
    const problem = JSON.parse(answer);
    assert(problem.status === status && typeof problem.code === "string" && problem.detail !== "", where);
    return status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#live[Symbol.dispose]();
    await this.queue[Symbol.asyncDispose]();
  }
}

Deno.test("requests with any value in any one of their fields have classified answers", async () => {
  await using served = await Served.start();
  for (const [method, path, body] of REQUESTS) {
    if (body === undefined) continue;
    for (const text of ODD.flatMap((value) => [...replaced(body, value)])) {
      await served.send(method, `http://127.0.0.1${path}`, JSON.stringify(text));
    }
  }
});

/** A value with each one of its parts, and all of it, replaced by another one. */
function* replaced(value: unknown, by: unknown): Generator<unknown> {
  yield by;
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) {
      for (const other of replaced(item, by)) yield value.with(i, other);
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [name, part] of Object.entries(value)) {
      for (const other of replaced(part, by)) yield { ...value, [name]: other };
    }
  }
}

Deno.test("requests that are changed at random have classified answers, and leave no memory behind", async () => {
  const random = seededRandom(SEED),
    pick = <T>(all: readonly T[]): T => all[Math.floor(random.next() * all.length)]!;
  await using served = await Served.start();
  const { queue } = served;
  const total = runs(200_000);
  let accepted = 0, warmMb: number | undefined;
  for (let i = 0; i < total; i++) {
    const [method, path, body] = pick(REQUESTS);
    const text = body === undefined ? undefined : textOf(changed(body, random, pick), random, pick);
    const url = `http://127.0.0.1${random.next() < 0.3 ? pathOf(path, random, pick) : path}`;
    if (URL.parse(url) === null) continue;
    const sent = random.next() < 0.05
      ? pick(["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "X"])
      : method;
    const status = await served.send(sent, url, text, random.next() < 0.02 ? "text/plain" : undefined);
    if (status < 400) accepted++;
    if (i % EMPTIED_EVERY === 0) {
      await queue.request({ kind: "cancel", filter: {} });
      await queue.request({ kind: "purge", filter: {} });
      await new Promise((resolve) => setImmediate(resolve)); // what has been collected is cleaned up in a turn of its own
      if (i === WARM) warmMb = heldMb();
    }
  }
  assert(accepted > total / 20 && accepted < total, `${accepted} of ${total} were accepted`);
  if (warmMb === undefined) return; // too few requests to tell
  const endMb = heldMb();
  assert(endMb < warmMb + 50, `${warmMb} MB became ${endMb} MB`);
});

type Pick = <T>(all: readonly T[]) => T;

/** A body with some of its parts replaced, left out, or joined by others. */
function changed(value: unknown, random: Random, pick: Pick): unknown {
  if (random.next() < 0.08) return pick(ODD);
  if (Array.isArray(value)) return value.map((item) => changed(item, random, pick));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(() => random.next() > 0.05)
    .map(([name, part]) =>
      [random.next() < 0.02 ? String(pick(ODD)) : name, changed(part, random, pick)] as const
    );
  return Object.fromEntries(random.next() < 0.05 ? [...entries, [String(pick(ODD)), pick(ODD)]] : entries);
}

/** The text of a body, sometimes cut, doubled, or with a byte changed. */
function textOf(value: unknown, random: Random, pick: Pick): string {
  const text = JSON.stringify(value) ?? "", at = Math.floor(random.next() * text.length);
  if (random.next() > 0.1) return text;
  return pick([
    text.slice(0, at),
    text + text,
    `${text.slice(0, at)}${pick(["\u0000", "{", "]", '"', ",", "é"])}${text.slice(at + 1)}`,
  ]);
}

function pathOf(path: string, random: Random, pick: Pick): string {
  const at = Math.floor(random.next() * path.length);
  const odd = pick([
    "/",
    "%",
    "%2f",
    "%00",
    "..",
    "?",
    "&",
    "=",
    "#",
    " ",
    "é",
    "\\",
    "//",
    ";",
    "%ff",
    "x".repeat(2000),
  ]);
  return `/${path.slice(1, Math.max(1, at))}${odd}${path.slice(Math.max(1, at))}`;
}
