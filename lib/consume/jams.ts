import type { Chain } from "../model/mod.ts";
import type { ChainKind, Kind } from "../queue/mod.ts";
import type { Obstacle } from "../scheduler/mod.ts";
import type { HeldInstance } from "./held_instance.ts";
import type { WindowPlace } from "./window_shares.ts";

/** An instance that may not go on, and has nothing in flight. */
export interface Stuck {
  readonly held: HeldInstance;
  readonly place: WindowPlace;
  readonly obstacle: Obstacle;
  /** About how much memory it takes, with what it has called. */
  readonly bytes: number;
}

/** The most that stuck instances may take together. */
export interface StuckBounds {
  readonly instances: number;
  readonly bytes: number;
}

/** Kinds that one jam names. */
const MOST_KINDS = 64;
/** Jams that are known at a time; beyond, the oldest is forgotten: what it kept out comes in and is given back again. */
const MOST_JAMS = 128;
/** Nothing is taken for this time, in milliseconds, of chains that meet the obstacle with only some instances. */
const TURN_MS = 1000;
/** More are not named to the queue at a time. */
const MOST_NAMED = 256;
/** A jam without held instances is looked at again after this time, in milliseconds. */
const AGAIN_MS = 1000;

/** An obstacle whose instances are passed over, as they would only wait here. */
export class Jam {
  /** Those that wait for it here. */
  readonly #kept = new Set<WindowPlace>();
  /** Those that it keeps from starting. */
  readonly #kinds = new Map<Chain, ChainKind[]>();
  /** The value of a label: it keeps instances with this value from starting, whatever their chain. */
  #label: Obstacle["label"];
  /** Chains with instances that may come to wait for it, as others have: some are let in every now and then. */
  readonly #chains = new Set<Chain>();
  #openAtMs = Infinity;
  readonly #over: () => void;
  /** When this many or fewer are left that wait here, others may come. */
  #low = 0;
  #count = 0;
  /** When it is looked at again, if nothing waits here. */
  againAtMs = Infinity;

  constructor(readonly name: string, over: () => void) {
    this.#over = over;
  }

  /**
   * Notes all that wait for it here now.
   *
   * @param isCut whether others have been given back: then half of these have to go on before more may come
   */
  keep(places: readonly WindowPlace[], isCut: boolean, nowMs: number): void {
    const gone = new Set(this.#kept);
    for (const place of places) {
      gone.delete(place);
      if (place.jam !== this) place.jam?.goesOn(place);
      place.jam = this;
      this.#kept.add(place);
    }
    if (isCut) {
      this.#low = Math.floor(places.length / 2);
      this.againAtMs = places.length === 0 ? nowMs + AGAIN_MS : Infinity;
      this.#openAtMs = nowMs + TURN_MS;
    }
    for (const place of gone) {
      if (place.jam === this) place.jam = undefined;
      this.#kept.delete(place);
    }
    if (!isCut && gone.size > 0) this.#lookWhetherOver();
  }

  #lookWhetherOver(): void {
    if (this.#kept.size <= this.#low) this.#over();
  }

  /** Notes whom it keeps from starting beside an instance. */
  reaches({ instance: { chain, labels } }: HeldInstance, { reach, label }: Obstacle): void {
    this.#label ??= label;
    if (label !== undefined) return;
    if (this.#kinds.get(chain)?.[0]?.labels === undefined && this.#kinds.has(chain)) return;
    if (reach === "instance" || this.#count >= MOST_KINDS) {
      if (this.#chains.size < MOST_KINDS) this.#chains.add(chain);
      return;
    }
    const known = this.#kinds.get(chain) ?? [];
    const isKnown = known.some((kind) =>
      kind.labels === undefined ||
      (reach === "labels" && JSON.stringify(kind.labels) === JSON.stringify(labels))
    );
    if (isKnown) return;
    this.#kinds.set(chain, reach === "chain" ? [{ chain }] : [...known, { chain, labels }]);
    this.#count++;
  }

  /** The kinds that are not taken from the queue. */
  *kinds(): Generator<Kind> {
    yield { waitsFor: this.name };
    if (this.#label !== undefined) yield { waitsFor: this.name, label: this.#label };
    for (const kinds of this.#kinds.values()) yield* kinds;
    if (this.#openAtMs < Infinity) { for (const chain of this.#chains) yield { chain }; }
  }

  /** Lets in the chains with instances that may wait for it, if it is time. @returns whether it was */
  open(nowMs: number): boolean {
    if (nowMs < this.#openAtMs || this.#chains.size === 0) return false;
    this.#openAtMs = Infinity;
    return true;
  }

  /** One that waited for it does not any more. */
  goesOn(place: WindowPlace): void {
    place.jam = undefined;
    if (this.#kept.delete(place)) this.#lookWhetherOver();
  }

  /** Nothing waits for it any more, as far as is known. */
  end(): void {
    for (const place of this.#kept) place.jam = undefined;
    this.#kept.clear();
  }
}

/**
 * Sees to it that what may not go on never takes more of a consumer's window than its part, however many kinds of it there are:
 * beyond that, instances are given back, under the name of what they wait for, and no more of those are taken until half of
 * the others that were kept have gone on. Each obstacle keeps as many as the others, and behind it each kind.
 */
export class Jams {
  /** By name, the one that was noted first comes first. */
  readonly #jams = new Map<string, Jam>();
  #version = 0;

  /** Changes whenever something else is passed over. */
  get version(): number {
    return this.#version;
  }

  /** Whether nothing is passed over. */
  get isEmpty(): boolean {
    return this.#jams.size === 0;
  }

  /**
   * Takes in what is stuck now.
   *
   * @returns those that are too many
   */
  look(stuck: readonly Stuck[], bounds: StuckBounds, nowMs: number): readonly Stuck[] {
    const [kept, excess] = divided(stuck, bounds);
    const cut = new Set(excess.map(({ obstacle }) => obstacle.name));
    for (const name of cut) if (!this.#jams.has(name)) this.#add(name);
    for (const { held, obstacle } of stuck) this.#jams.get(obstacle.name)?.reaches(held, obstacle);
    const places = Map.groupBy(kept, ({ obstacle }) => obstacle.name);
    for (const [name, jam] of this.#jams) {
      jam.keep((places.get(name) ?? []).map(({ place }) => place), cut.has(name), nowMs);
    }
    return excess;
  }

  /** Lets others come when it is time to look again. */
  advance(nowMs: number): void {
    for (const [name, jam] of this.#jams) {
      if (jam.againAtMs <= nowMs) this.#end(name);
      else if (jam.open(nowMs)) this.#version++;
    }
  }

  /** Something else may be in the way now, or nothing. */
  clear(): void {
    for (const name of this.#jams.keys()) this.#end(name);
  }

  /** The kinds that are not taken from the queue, as they would only wait here: those of the newest jams first. */
  kinds(): readonly Kind[] {
    return [...this.#jams.values()].reverse().flatMap((jam) => [...jam.kinds()]).slice(0, MOST_NAMED);
  }

  #add(name: string): void {
    const [oldest] = this.#jams.keys();
    if (this.#jams.size >= MOST_JAMS) this.#end(oldest!);
    this.#jams.set(name, new Jam(name, () => this.#end(name)));
  }

  #end(name: string): void {
    this.#jams.get(name)?.end();
    this.#jams.delete(name);
    this.#version++;
  }
}

/** Those that are kept: of each obstacle as many, and of each kind behind it, the first ones. And the others. */
function divided(
  stuck: readonly Stuck[],
  bounds: StuckBounds,
): [kept: readonly Stuck[], excess: readonly Stuck[]] {
  const fits = ({ instances, bytes }: StuckBounds) => instances <= bounds.instances && bytes <= bounds.bytes;
  if (fits({ instances: stuck.length, bytes: stuck.reduce((sum, { bytes }) => sum + bytes, 0) })) {
    return [stuck, []];
  }
  const behind = Map.groupBy(stuck, ({ obstacle }) => obstacle.name).values();
  const inTurn = inTurns(
    [...behind].map((all) => inTurns(Map.groupBy(all, ({ place }) => place.kind).values())),
  );
  let bytes = 0;
  const last = inTurn.findIndex((each, i) => !fits({ instances: i + 1, bytes: bytes += each.bytes }));
  return [inTurn.slice(0, last), inTurn.slice(last)];
}

/** The first ones of all lists, then the second ones, and so on. */
function inTurns<T>(lists: Iterable<readonly T[]>): T[] {
  const left = [...lists];
  const turns: T[] = [];
  for (let turn = 0, open = left; open.length > 0; turn++) {
    open = open.filter(({ length }) => length > turn);
    for (const list of open) turns.push(list[turn]!);
  }
  return turns;
}
