/** When the things of a run happened, in whole microseconds from its start, and from when to when it went. */
export class Span {
  /** When the first thing happened (submission, attempt), in microseconds; not before the start of the run. */
  firstUs = Infinity;
  /** When the last attempt or instance ended, in microseconds. */
  lastUs = -Infinity;
  /** When the log ended, in microseconds: as `lastUs`, or with a later counter. */
  logEndUs = -Infinity;
  /** When the last instance arrived that no other called, in microseconds. */
  lastArrivalUs = -Infinity;
  #originMs: number | undefined;

  /** The duration that rates and means are over, in microseconds. */
  get durationUs(): number {
    return this.lastUs > this.firstUs ? this.lastUs - this.firstUs : 0;
  }

  /** Sets the start of the run, in milliseconds since 1970; otherwise it is the first instant that is asked for. */
  startAt(originMs: number): void {
    this.#originMs ??= originMs;
  }

  /** An instant, given in milliseconds since 1970. */
  us(instantMs: number): number {
    return Math.round((instantMs - (this.#originMs ??= instantMs)) * 1000);
  }

  /** Something happened. */
  cover(fromUs: number, toUs: number): void {
    this.firstUs = Math.min(this.firstUs, Math.max(0, fromUs));
    this.lastUs = Math.max(this.lastUs, 0, toUs);
    this.see(this.lastUs);
  }

  /** An instance arrived that no other called. */
  arrive(atUs: number): void {
    this.lastArrivalUs = Math.max(this.lastArrivalUs, atUs);
  }

  /** From the first thing that happened to the last arrival, in milliseconds. */
  get arrivalsMs(): number {
    return (this.lastArrivalUs - this.firstUs) / 1000;
  }

  /** The log went on until then. */
  see(atUs: number): void {
    this.logEndUs = Math.max(this.logEndUs, atUs);
  }
}
