import type { Clock } from "../model/mod.ts";
import { exportRequest, partialSuccessOf, type Sender } from "./otlp.ts";
import type { Span } from "./span.ts";

/** The answer of a collector. */
export interface PostAnswer {
  readonly status: number;
  readonly body: Uint8Array;
  /** The header `retry-after`, if there is one. */
  readonly retryAfter?: string | undefined;
}

/** Sends a request to a collector. @throws if no answer came */
export type Post = (body: Uint8Array, signal: AbortSignal) => Promise<PostAnswer>;

/** The bounds of an exporter; each is that of a variable of the batch span processor. */
export interface BatchBounds {
  /** A span waits for others at most for this long, in milliseconds (`OTEL_BSP_SCHEDULE_DELAY`). */
  readonly delayMs: number;
  /** The most spans that wait; further ones are lost (`OTEL_BSP_MAX_QUEUE_SIZE`). */
  readonly mostWaiting: number;
  /** The most spans in one request (`OTEL_BSP_MAX_EXPORT_BATCH_SIZE`). */
  readonly batch: number;
  /** The longest time that a request takes, in milliseconds (`OTEL_EXPORTER_OTLP_TIMEOUT`). */
  readonly timeoutMs: number;
}

/** The parts of an exporter. */
export interface ExporterParts {
  readonly sender: Sender;
  readonly post: Post;
  readonly clock: Clock;
  readonly bounds: BatchBounds;
  /** Called with a sentence when spans are lost, and when none are any more. */
  readonly onNote: (words: string) => void;
}

/** The answers after which the same request is sent again (OTLP, section “Failures”). */
const TRY_AGAIN: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** A request is sent this often at most, … */
const MOST_TRIES = 5;
/** … with pauses of this length at first, twice as long each time, in milliseconds. */
const FIRST_PAUSE_MS = 1000, LONGEST_PAUSE_MS = 30_000;
/** When the program ends, what waits is sent within this time, in milliseconds. */
const LAST_MS = 3000;
/** The first note about spans that are lost comes after this time, and the next ones at this interval, in milliseconds. */
const FIRST_NOTE_MS = 1000, NOTE_MS = 60_000;

/** The most requests on their way at once. */
const MOST_REQUESTS = 4;

/** Sends spans to a collector, several at a time. A collector that is slow or away holds nothing up: spans are lost, and that is told. */
export class SpanExporter implements AsyncDisposable {
  readonly #parts: ExporterParts;
  /** The program ends: no pause is made any more. */
  readonly #hurry = new AbortController();
  readonly #end = new AbortController();
  #waiting: Span[] = [];
  readonly #requests = new Set<Promise<void>>();
  #disarm: (() => void) | undefined;
  /** Spans lost since the last note, and the last reason. */
  #lost = 0;
  #why = "";
  #notedAtMs = -Infinity;
  #disarmNote: (() => void) | undefined;
  #isFailing = false;

  constructor(parts: ExporterParts) {
    this.#parts = parts;
  }

  /** Takes a span; it is lost if too many wait. */
  add(span: Span): void {
    const { bounds } = this.#parts;
    if (this.#waiting.length >= bounds.mostWaiting) return this.#lose(1, "it takes spans too slowly");
    this.#waiting.push(span);
    if (this.#waiting.length >= bounds.batch) this.#send(bounds.batch);
    else this.#arm();
  }

  #arm(): void {
    this.#disarm ??= this.#parts.clock.after(this.#parts.bounds.delayMs, () => {
      this.#disarm = undefined;
      this.#send(1);
    });
  }

  /** Sends the batches that have at least this number of spans. */
  #send(least: number): void {
    const { batch } = this.#parts.bounds;
    while (this.#waiting.length >= least && this.#requests.size < MOST_REQUESTS) {
      const request = this.#sendBatch(this.#waiting.splice(0, batch)).finally(() => {
        this.#requests.delete(request);
        this.#send(this.#hurry.signal.aborted ? 1 : batch);
      });
      this.#requests.add(request);
    }
    if (this.#waiting.length > 0) this.#arm();
    else {
      this.#disarm?.();
      this.#disarm = undefined;
    }
  }

  async #sendBatch(spans: readonly Span[]): Promise<void> {
    const { sender, clock } = this.#parts;
    const request = exportRequest(sender, spans);
    let why = "the program has ended";
    for (let tries = 1, pauseMs = FIRST_PAUSE_MS; tries <= MOST_TRIES && !this.#end.signal.aborted; tries++) {
      const answer = await this.#post(request);
      if ("status" in answer && answer.status >= 200 && answer.status < 300) return this.#taken(answer);
      why = "status" in answer ? `it answered with status ${answer.status}` : answer.why;
      if (this.#hurry.signal.aborted || ("status" in answer && !TRY_AGAIN.has(answer.status))) break;
      const askedMs = "status" in answer ? Number(answer.retryAfter ?? 0) * 1000 || 0 : 0;
      await clock.until(
        clock.nowMs() + Math.min(Math.max(pauseMs, askedMs), LONGEST_PAUSE_MS),
        this.#hurry.signal,
      );
      pauseMs *= 2;
    }
    this.#lose(spans.length, why);
  }

  async #post(request: Uint8Array): Promise<PostAnswer | { readonly why: string }> {
    const { post, clock, bounds } = this.#parts;
    const late = new AbortController();
    const disarm = clock.after(bounds.timeoutMs, () => late.abort());
    try {
      return await post(request, AbortSignal.any([late.signal, this.#end.signal]));
    } catch (error) {
      const isLate = late.signal.aborted || this.#end.signal.aborted;
      return { why: isLate ? "it has not answered in time" : (error as Error).message };
    } finally {
      disarm();
    }
  }

  #taken({ body }: PostAnswer): void {
    const partial = partialSuccessOf(body);
    if (partial !== undefined) return this.#lose(partial.rejected, `it has refused them: ${partial.message}`);
    if (this.#isFailing && this.#lost === 0) {
      this.#isFailing = false;
      this.#parts.onNote("The collector of traces takes spans again");
    }
  }

  #lose(spans: number, why: string): void {
    this.#lost += spans;
    this.#why = why;
    this.#isFailing = true;
    const { clock } = this.#parts;
    const dueMs = Math.max(FIRST_NOTE_MS, this.#notedAtMs + NOTE_MS - clock.nowMs());
    this.#disarmNote ??= clock.after(dueMs, () => this.#note());
  }

  #note(): void {
    this.#disarmNote?.();
    this.#disarmNote = undefined;
    const lost = `${this.#lost} ${this.#lost === 1 ? "span is" : "spans are"} lost`;
    this.#parts.onNote(`The collector of traces cannot be reached, or refuses spans: ${this.#why}. ${lost}`);
    this.#notedAtMs = this.#parts.clock.nowMs();
    this.#lost = 0;
  }

  /** Sends what waits, for three seconds at most. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#hurry.abort();
    const disarm = this.#parts.clock.after(LAST_MS, () => this.#end.abort());
    this.#send(1);
    while (this.#requests.size > 0) await Promise.all(this.#requests);
    disarm();
    this.#disarm?.();
    if (this.#lost > 0) this.#note();
  }
}
