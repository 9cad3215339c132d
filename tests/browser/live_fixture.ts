/** A server with the answers of the API that the live page reads, for what a real queue does not do at will: breaking, hostile names. */
import { livePage } from "../../lib/serve/page/page.ts";
import type { ApiDetail, ApiFailures, ApiInstance, ApiLive, ApiRow } from "../../lib/serve/page/answers.ts";

/** A request that changes something, as the page sent it. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly isDry: boolean;
  readonly body: unknown;
}

/** The answers of a fixture, which tests may change. */
export interface Answers {
  view: ApiLive;
  instances: ApiInstance[];
  /** Most of them that one page looks at. (Default: all) */
  lookedAt?: number;
  /** The nodes of each instance. */
  nodes: ApiDetail["nodes"];
  failures: ApiFailures;
  /** Whether streams work. */
  streams: boolean;
  /** Whether the server answers at all. */
  answers: boolean;
  /** The key that it wants. (Default: none) */
  key?: string;
  /** Whether the key is bound to a label, so that the whole queue is not for it. (Default: false) */
  isBound?: boolean;
}

/** A server of the page, and what was asked of it. */
export class Fixture implements AsyncDisposable {
  readonly sent: Sent[] = [];
  readonly asked: string[] = [];
  readonly url: string;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #streams = new Set<ReadableStreamDefaultController<Uint8Array>>();

  constructor(readonly answers: Answers, readonly prefix = "/") {
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      (request) => this.#answer(request),
    );
    this.url = `http://127.0.0.1:${this.#server.addr.port}${prefix}`;
  }

  /** Sends a view to whoever watches. */
  push(view: ApiLive): void {
    this.answers.view = view;
    for (const stream of this.#streams) stream.enqueue(eventOf(view));
  }

  /** Ends all streams. */
  breakStreams(): void {
    for (const stream of this.#streams) stream.close();
    this.#streams.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.breakStreams();
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, searchParams, search } = new URL(request.url), { answers } = this;
    this.asked.push(pathname);
    if (!pathname.startsWith(this.prefix)) return problem(404, "there is nothing");
    const path = pathname.slice(this.prefix.length);
    if (path === "") {
      const { html, policy } = livePage();
      return new Response(html, {
        headers: { "content-type": "text/html", "content-security-policy": policy },
      });
    }
    if (!answers.answers) return problem(503, "Cannot answer: the queue is broken");
    if (answers.key !== undefined && request.headers.get("authorization") !== `Bearer ${answers.key}`) {
      return problem(401, "Cannot answer without a key");
    }
    if (request.method !== "GET") {
      const text = await request.text(), isDry = searchParams.get("dryRun") === "true";
      this.sent.push({
        method: request.method,
        path,
        isDry,
        body: text === "" ? undefined : JSON.parse(text),
      });
      return Response.json({
        consumers: 2,
        refusedBy: [],
        unanswered: [],
        ...isDry && { instances: 15 },
        reached: 15,
      });
    }
    if (answers.isBound === true && ["v1/live", "v1/events"].includes(path)) {
      return problem(403, "Cannot GET: this key is bound to tenant=acme");
    }
    if (path === "v1/live") return Response.json(answers.view);
    if (path === "v1/events") return answers.streams ? this.#stream() : problem(503, "no streams");
    if (path === "v1/failures") return Response.json(answers.failures);
    if (path === "v1/instances") return Response.json(listed(answers, new URLSearchParams(search)));
    const [, id] = /^v1\/instances\/([^/]+)$/.exec(path) ?? [];
    const instance = answers.instances.find((each) => each.id === decodeURIComponent(id ?? ""));
    if (instance === undefined) return problem(404, `Cannot find ${id}: the queue has no such instance`);
    return Response.json({ ...instance, nodes: answers.nodes, called: [], isCut: false });
  }

  #stream(): Response {
    let own: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#streams.add(own = controller);
        controller.enqueue(eventOf(this.answers.view));
      },
      cancel: () => void this.#streams.delete(own),
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  }
}

function eventOf(view: ApiLive): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`event: live\ndata: ${JSON.stringify(view)}\n\n`);
}

function problem(status: number, detail: string): Response {
  return Response.json({ status, detail }, {
    status,
    headers: { "content-type": "application/problem+json" },
  });
}

function listed({ instances, lookedAt = Infinity }: Answers, query: URLSearchParams) {
  const state = query.get("state"), chain = query.get("chain"), from = Number(query.get("cursor") ?? 0);
  const limit = Number(query.get("limit") ?? 50), meant = [];
  let at = from;
  for (; at < instances.length && at < from + lookedAt && meant.length < limit; at++) {
    const each = instances[at]!;
    if ((state ?? each.state) === each.state && (chain ?? each.chain) === each.chain) meant.push(each);
  }
  return { instances: meant, ...at < instances.length && { next: String(at) } };
}

const ROW = { ready: 0, running: 0, callsPerS: 0, throttledPerS: 0, failedPerS: 0, share: 0 };

/** A row of a table. */
export function row(name: string, of: Partial<ApiRow> = {}): ApiRow {
  return { ...ROW, name, ...of };
}

/** A busy queue at a second of its run. */
export function busyView(second: number, atMs: number): ApiLive {
  const wave = (phase: number, of: number) => Math.round(of * (1 + 0.35 * Math.sin((second + phase) / 17)));
  const chains = [
    row("image-pipeline", {
      running: wave(0, 22),
      ready: wave(3, 240),
      callsPerS: 74,
      share: 0.41,
      queueingMs: { p50: 210, p90: 900, p99: 2300 },
    }),
    row("etl", {
      running: wave(20, 14),
      ready: wave(9, 120),
      callsPerS: 31,
      share: 0.27,
      queueingMs: { p50: 310, p90: 1400, p99: 3900 },
    }),
    row("compile-fan", {
      running: wave(40, 9),
      ready: wave(12, 60),
      callsPerS: 12.5,
      share: 0.2,
      failedPerS: 0.3,
      queueingMs: { p50: 120, p90: 300, p99: 800 },
    }),
    row("agent", {
      running: wave(60, 6),
      ready: wave(30, 9),
      callsPerS: 4.2,
      share: 0.12,
      throttledPerS: 0.4,
      queueingMs: { p50: 40, p90: 90, p99: 210 },
    }),
  ];
  const sum = (of: (row: ApiRow) => number) => chains.reduce((total, each) => total + of(each), 0);
  const inFlight = Math.min(64, sum(({ running }) => running));
  return {
    atMs,
    depth: {
      delayed: 30,
      queued: 1204,
      running: 412,
      completed: 98_411,
      failed: 37,
      cancelled: 4,
      oldestSubmittedAtMs: atMs - 83_000,
      nextDueAtMs: atMs + 61_000,
    },
    limit: 64,
    inFlight,
    ready: sum(({ ready }) => ready),
    callsPerS: wave(5, 121),
    throttledPerS: second % 60 > 40 ? 1.4 : 0,
    completedPerS: wave(8, 24),
    failedPerS: second % 90 > 60 ? 0.3 : 0,
    byChain: chains,
    byFunction: [row("resize", { running: 20, share: 0.5 }), row("compile", { running: 12, share: 0.3 })],
    byLabel: {
      label: "tenant",
      rows: [row("acme", { running: 30, share: 0.6 }), row("globex", { running: 21, share: 0.4 })],
    },
    queueingMs: {
      minute: { p50: wave(2, 180), p90: wave(2, 720), p99: wave(2, 2400), n: 7200 },
      hour: { p50: 150, p90: 640, p99: 3100, n: 410_000 },
    },
    consumers: [
      consumer("edge-1", 4117, { from: 0, to: 0.5 }, Math.ceil(inFlight / 2)),
      consumer("edge-2", 991, { from: 0.5, to: 1 }, Math.floor(inFlight / 2)),
    ],
    holds: [],
    settings: {
      revision: 3,
      policy: { name: "fair-share" },
      limit: 64,
      pauses: [{ label: { name: "tenant", value: "initech" } }],
    },
  };
}

function consumer(host: string, pid: number, part: { from: number; to: number }, running: number) {
  return {
    ...{ id: `${host}-${pid}`, host, pid, part, running, version: "0.1.0", policy: "fair-share", limit: 32 },
    ...{ instances: 206, ready: 210, callsPerS: 60.4, throttled: 12, beatAgoMs: 400 },
    settings: { revision: 3 },
  };
}

const REASONS = [
  "node resize: status 500: out of memory",
  "node fetch: no answer within 30s",
  "node parse: status 422: bad row",
  "its deadline has passed",
  "node sign: status 403",
];

/** A fixture's answers for a busy queue. */
export function busyAnswers(nowMs: number): Answers {
  const states = ["running", "completed", "queued", "failed", "completed", "delayed", "cancelled"] as const;
  const instances = Array.from({ length: 130 }, (_, i): ApiInstance => {
    const state = states[i % states.length]!, submittedAtMs = nowMs - 4000 * i - 2000;
    const hasEnded = ["completed", "failed", "cancelled"].includes(state);
    return {
      id: `01JD${String(i).padStart(4, "0")}WXYZ5T8V4Q2N6M7K3H`,
      chain: ["image-pipeline", "etl", "compile-fan", "agent"][i % 4]!,
      state,
      labels: { tenant: ["acme", "globex", "initech"][i % 3]! },
      submittedAtMs,
      priority: 0,
      args: { n: i },
      ...hasEnded && { endedAtMs: submittedAtMs + 1700 + 13 * i, output: { ok: true } },
      ...state === "failed" && { reason: REASONS[i % REASONS.length]! },
    };
  });
  return {
    view: busyView(0, nowMs),
    instances,
    nodes: treeOf(instances[3]!),
    failures: {
      looked: 37,
      isCut: false,
      groups: REASONS.map((reason, i) => ({
        pattern: reason,
        chain: ["image-pipeline", "etl", "etl", "agent", "compile-fan"][i]!,
        reason,
        count: [19, 9, 5, 3, 1][i]!,
        lastAtMs: nowMs - 7000 * (i + 1) ** 2,
        some: instances.filter(({ state }) => state === "failed").slice(2 * i, 2 * i + 2).map(({ id }) => id),
      })),
    },
    streams: true,
    answers: true,
  };
}

function treeOf({ submittedAtMs: from }: ApiInstance): ApiDetail["nodes"] {
  const ok = (node: string, after: string[], start: number, runMs: number, attempts = 1) => ({
    ...{ node, after, calls: node, state: "ok", attempts, runMs, endedAtMs: from + start + runMs },
    output: { bytes: runMs * 1000, from: node },
  });
  const { output: _, ...resize } = ok("resize", ["probe"], 700, 640, 3);
  return [
    ok("fetch", [], 40, 320),
    ok("probe", ["fetch"], 400, 90),
    ok("thumbnail", ["probe"], 520, 380, 2),
    { ...resize, state: "failed", reason: "status 500: out of memory" },
    { node: "store", after: ["thumbnail", "resize"], calls: "store", state: "skipped", attempts: 0 },
    { node: "notify", after: ["store"], calls: "notify", state: "skipped", attempts: 0 },
  ];
}
