import type { WorkTally } from "../live/mod.ts";
import type { Clock } from "../model/mod.ts";
import type { ConsumerView, QueueDriver } from "../queue/mod.ts";
import type { Invocation, Scheduler } from "../scheduler/mod.ts";
import { loadOf } from "./balance.ts";
import { type About, Beats, recordOf } from "./beats.ts";
import type { DividedLimits } from "./divided_limits.ts";
import type { Execution } from "./execution.ts";
import type { InForce } from "./in_force.ts";
import { keyOf, LimitRounds } from "./limit_rounds.ts";
import { type PeerNews, PeerWatch } from "./peer_watch.ts";
import { Peers } from "./peers.ts";
import { RateLeases } from "./rate_leases.ts";
import type { Processes } from "./processes.ts";

export interface PresenceParts {
  readonly queue: QueueDriver;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly execution: Execution;
  readonly limits: DividedLimits;
  readonly inForce: InForce;
  /** The process of the consumer. */
  readonly about: About;
  /** Tells which consumers of this machine have died. (Default: that shows by their silence) */
  readonly processes: Processes | undefined;
  /** All that the consumer has done. */
  readonly tally: WorkTally;
}

export interface PresenceHooks {
  /** Returns whether the consumer starts attempts when some are ready. */
  mayStart(): boolean;
  /** Called when this consumer may hold more, or fewer. */
  resized(): void;
  /** Called when something may start that could not before. */
  opened(): void;
  /** Called when other consumers come and go. (Default: no callback) */
  readonly onPeers?: ((news: PeerNews) => void) | undefined;
}

/** The work that consumers share, of a queue that hands out to whoever asks. */
interface Shared {
  readonly rounds: LimitRounds;
  readonly peers: Peers;
  readonly leases: RateLeases | undefined;
}

/**
 * A consumer among those of its queue: it writes its record for them and sees them come and go. Where a queue hands out to whoever
 * asks, they also divide the limits and what waits among them; elsewhere the queue's partitions do that.
 */
export class Presence {
  readonly #tally: WorkTally;
  readonly #beats: Beats;
  /** The division of limits, and the exchange of instances, where the queue does not divide these. */
  readonly #shared: Shared | undefined;
  /** Looks for others by itself, where no exchange does. */
  readonly #watch: PeerWatch | undefined;

  constructor(parts: PresenceParts, hooks: PresenceHooks) {
    const { queue, clock, scheduler, execution, limits, inForce, about, tally, processes } = parts;
    this.#tally = tally;
    const record = () => ({
      ...about,
      ...recordOf({
        ...{ scheduler, limits, inForce, tally, instances: execution.size, mayStart: hooks.mayStart() },
        refused: execution.refused,
        rounds: this.#shared?.rounds,
      }, clock.nowMs()),
    });
    const beats = this.#beats = new Beats({ queue, clock, record });
    const key = queue.isDivided ? undefined : keyOf(clock);
    const own = { ...about, ...key !== undefined && { key } };
    const watch = new PeerWatch({ queue, clock, own, onNews: (news) => hooks.onPeers?.(news) });
    if (key === undefined) {
      this.#watch = hooks.onPeers && watch;
      return;
    }
    const rounds = new LimitRounds({
      ...{ clock, scheduler, key, limits: () => limits.limits, host: about.host, processes },
    });
    const peers = new Peers({
      ...{ queue, clock, beats, rounds, key, execution },
      looked: (all) => watch.look(all),
      own: () => loadOf(scheduler, execution.size, rounds.capacity),
      resized: () => hooks.resized(),
      opened: () => hooks.opened(),
    });
    const mayStart = () => hooks.mayStart() && rounds.mayStart;
    const opened = () => hooks.opened();
    const leases = RateLeases.of({ queue, clock, scheduler, key, rounds, mayStart, opened });
    this.#shared = { rounds, peers, leases };
  }

  /** The consumer as others see it. */
  view(): ConsumerView {
    return this.#beats.view();
  }

  /** Most instances that the consumer may hold now; no bound if it is alone. */
  get mostHeld(): number {
    return this.#shared?.peers.mostHeld ?? Infinity;
  }

  /** Whether its part of the limits lets the consumer start anything. */
  get mayStart(): boolean {
    return this.#shared?.rounds.mayStart ?? true;
  }

  /** Resolves when its part of the limits is the consumer's own for sure; undefined: it is now. */
  sure(): Promise<void> | undefined {
    return this.#shared?.rounds.sure() ?? this.#shared?.leases?.sure();
  }

  /** Counts an attempt that starts. */
  starts(task: Invocation): void {
    this.#beats.count();
    this.#tally.starts(task);
  }

  /** All has been started that could be: what more it could start under rates is asked for. */
  hasStarted(): void {
    this.#shared?.leases?.look();
  }

  /** Writes the record soon, as somebody waits to see a change of it. */
  hurry(): void {
    (this.#shared?.peers ?? this.#beats).hurry();
  }

  /** Resolves when it is known what the others have, or that cannot be found out: before, the consumer takes nothing. */
  get ready(): Promise<void> | undefined {
    return this.#shared?.peers.ready;
  }

  /**
   * Writes the record and looks at the others until `over` is aborted.
   *
   * @param drain from then on nothing starts, and the others get its part
   * @returns the loops that do so
   */
  run(drain: AbortSignal, over: AbortSignal): readonly Promise<void>[] {
    const { peers, leases } = this.#shared ?? {};
    const loops = [
      peers?.run(drain, over) ?? this.#beats.run(over),
      leases?.run(drain, over),
      this.#watch?.run(over),
    ];
    return loops.filter((loop) => loop !== undefined);
  }
}
