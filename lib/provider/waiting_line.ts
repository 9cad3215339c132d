/** A call that waits at the provider. */
export interface WaitingCall {
  readonly ticket: number;
  readonly functionName: string;
}

interface Place extends WaitingCall {
  ahead: Place | undefined;
  behind: Place | undefined;
}

/** Calls in the order in which they came; any may leave: a linked list and an index of its places. */
export class WaitingLine {
  readonly #places = new Map<number, Place>();
  #first: Place | undefined;
  #last: Place | undefined;

  get length(): number {
    return this.#places.size;
  }

  get first(): WaitingCall | undefined {
    return this.#first;
  }

  join(ticket: number, functionName: string): void {
    const place: Place = { ticket, functionName, ahead: this.#last, behind: undefined };
    if (this.#last === undefined) this.#first = place;
    else this.#last.behind = place;
    this.#last = place;
    this.#places.set(ticket, place);
  }

  /** Does nothing if the call is not here. */
  leave(ticket: number): void {
    const place = this.#places.get(ticket);
    if (place === undefined) return;
    this.#places.delete(ticket);
    if (place.ahead === undefined) this.#first = place.behind;
    else place.ahead.behind = place.behind;
    if (place.behind === undefined) this.#last = place.ahead;
    else place.behind.ahead = place.ahead;
  }
}
