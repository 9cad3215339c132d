import { AssignerProtocol } from "kafkajs";
import { type Clock, onAbort } from "../../../model/mod.ts";
import { assign, type Member } from "./assignment.ts";
import { kafkaFailureOf } from "../client/errors.ts";
import { Buffer } from "../client/kafkajs.ts";
import type { Link } from "../client/link.ts";

/** The partitions that the group has given to its members. */
export interface Allotment {
  /** This consumer's id in the group. */
  readonly member: string;
  readonly generation: number;
  /** Partitions by member. */
  readonly parts: ReadonlyMap<string, readonly number[]>;
}

/** Options of a membership. */
export interface MembershipOptions {
  /** Used by nothing else, as a join may take as long as the slowest member. */
  readonly link: Link;
  /** Carries the heartbeats meanwhile. */
  readonly besides: Link;
  readonly clock: Clock;
  readonly group: string;
  /** The topic whose partitions are divided. */
  readonly topic: string;
  readonly partitions: number;
  /** Longest silence of a member before its partitions go to others, in milliseconds. */
  readonly sessionMs: number;
  /** The partitions that this consumer has at present. */
  owned(): readonly number[];
  /** Called with the partitions of all members, after each change. */
  allotted(allotment: Allotment): void;
  /** Called when it must have lost everything: it was silent for too long. */
  lost(): void;
}

/** The name of our way to divide partitions; members with another one are refused by the broker. */
const PROTOCOL = "sequoia";
/** Longest time for the members to come together again, in milliseconds. */
const REBALANCE_MS = 10_000;
/** Longest time between two heartbeats of a member, in milliseconds: it learns by then that others have come or gone. */
const LONGEST_BEAT_MS = 500;
/** A member that has not been heard for this part of its session stops by itself: others may have what it had. */
const SILENT_PART = 0.8;

interface UserData {
  readonly owned?: readonly number[];
  readonly parts?: Readonly<Record<string, readonly number[]>>;
}

/**
 * A membership of a consumer group. While the members come together again, each goes on with its partitions; afterwards
 * each knows those of all members, and hands over the ones that are not its own any more.
 */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #closing: AbortSignal;
  #member = "";
  #generation = -1;
  #confirmedAtMs = 0;
  /** It has given all up since it was heard last, and is to join again. */
  #hasGivenUp = false;

  constructor(options: MembershipOptions, closing: AbortSignal) {
    this.#options = options;
    this.#closing = closing;
  }

  /** Is a member until `closing` is aborted, and leaves then. */
  async run(): Promise<void> {
    while (!this.#closing.aborted) {
      try {
        const allotment = await this.#joinInTime();
        this.#options.allotted(allotment);
        await this.#beat();
      } catch (error) {
        if (this.#closing.aborted) break;
        const failure = kafkaFailureOf(error);
        if (failure === "expelled") this.#forget();
        else if (failure !== "rebalancing") throw error;
      }
    }
  }

  /** Gives all up if it has not been heard for too long, as a process that was stopped finds when it goes on. */
  checkSilence(): void {
    const { clock, sessionMs } = this.#options;
    if (this.#member === "" || clock.nowMs() - this.#confirmedAtMs < sessionMs * SILENT_PART) return;
    this.#giveUp();
  }

  #giveUp(): void {
    this.#hasGivenUp = true;
    this.#options.lost();
  }

  /** Leaves the group, so that others need not wait for the end of its session. */
  async leave(): Promise<void> {
    if (this.#member === "") return;
    const { link, group } = this.#options;
    const member = this.#member;
    this.#member = "";
    await link.coordinator(
      "leave the group",
      "group",
      group,
      (broker) => broker.leaveGroup({ groupId: group, memberId: member }),
    ).catch(() => {}); // its session ends anyway
  }

  #forget(): void {
    this.#member = "";
    this.#options.lost();
  }

  /** Joins; all is given up if it is not heard any more while it waits for the others. */
  async #joinInTime(): Promise<Allotment> {
    const joined = new AbortController();
    this.#hasGivenUp = false;
    if (this.#member !== "") void this.#sayMeanwhile(joined.signal);
    try {
      return await this.#join();
    } finally {
      joined.abort();
    }
  }

  async #sayMeanwhile(joined: AbortSignal): Promise<void> {
    const { besides, clock } = this.#options;
    for (let isConfirmed = true; isConfirmed && !joined.aborted;) {
      isConfirmed = await this.#say(besides, joined).catch((error) => {
        if (joined.aborted || kafkaFailureOf(error) === "rebalancing" || isOutdated(error)) return true;
        this.#options.lost(); // the join is told why
        return false;
      });
      if (isConfirmed) await clock.until(clock.nowMs() + this.#everyMs, joined);
    }
  }

  async #join(): Promise<Allotment> {
    const { link, clock, group, topic, partitions, sessionMs, owned } = this.#options;
    const { MemberMetadata, MemberAssignment } = AssignerProtocol;
    const metadata = MemberMetadata.encode({
      version: 1,
      topics: [topic],
      userData: encode({ owned: owned() }),
    });
    const joined = await link.coordinator(
      `join the group ${group}`,
      "group",
      group,
      (broker) =>
        broker.joinGroup({
          groupId: group,
          sessionTimeout: sessionMs,
          rebalanceTimeout: Math.max(REBALANCE_MS, sessionMs),
          memberId: this.#member,
          groupProtocols: [{ name: PROTOCOL, metadata }],
        }),
    );
    this.#member = joined.memberId;
    this.#confirmedAtMs = clock.nowMs();
    const { generationId: generation, memberId } = joined;
    this.#generation = generation;
    const isLeader = joined.leaderId === memberId;
    const parts = isLeader ? assign(joined.members.map(memberOf), partitions) : new Map<string, number[]>();
    const userData = encode({ parts: Object.fromEntries(parts) });
    const sentAtMs = clock.nowMs();
    const synced = await link.coordinator("join the group", "group", group, (broker) =>
      broker.syncGroup({
        groupId: group,
        generationId: generation,
        memberId,
        groupAssignment: [...parts].map(([id, part]) => ({
          memberId: id,
          memberAssignment: MemberAssignment.encode({ version: 1, assignment: { [topic]: part }, userData }),
        })),
      }));
    this.#confirmed(sentAtMs);
    const all = decode(MemberAssignment.decode(synced.memberAssignment)?.userData).parts ?? {};
    return { member: memberId, generation, parts: new Map(Object.entries(all)) };
  }

  get #everyMs(): number {
    return Math.min(this.#options.sessionMs / 6, LONGEST_BEAT_MS);
  }

  /** Sends heartbeats until it is to join again. */
  async #beat(): Promise<void> {
    const { link, clock } = this.#options;
    this.#hasGivenUp = false; // it has been given its part again
    while (!this.#closing.aborted) {
      await clock.until(clock.nowMs() + this.#everyMs, this.#closing);
      if (this.#closing.aborted || !await this.#say(link, this.#closing)) return; // it joins again, with nothing
    }
  }

  /** Sends a heartbeat, and gives all up if no answer comes in time. @returns whether one came */
  async #say(link: Link, ending: AbortSignal): Promise<boolean> {
    const { clock, group, sessionMs } = this.#options;
    const sentAtMs = clock.nowMs(); // the broker's session begins again between this and its answer
    const leftMs = Math.max(0, this.#confirmedAtMs + sessionMs * SILENT_PART - sentAtMs);
    const forget = clock.after(leftMs, () => this.#giveUp());
    const whenEnding = onAbort(ending, forget);
    try {
      const of = { groupId: group, groupGenerationId: this.#generation, memberId: this.#member };
      await link.coordinator(
        "say that it is there",
        "group",
        group,
        (broker) => broker.heartbeat(of),
        ending,
      );
    } catch (error) {
      if (kafkaFailureOf(error) === "rebalancing") this.#confirmed(sentAtMs);
      throw error;
    } finally {
      forget();
      whenEnding();
    }
    this.#confirmed(sentAtMs);
    return !this.#hasGivenUp;
  }

  #confirmed(sentAtMs: number): void {
    this.#confirmedAtMs = Math.max(this.#confirmedAtMs, sentAtMs);
  }
}

/** Whether the group has come together, and how is on its way here. */
function isOutdated(error: unknown): boolean {
  return (error as { readonly type?: unknown }).type === "ILLEGAL_GENERATION";
}

/** Number of members that a group has at present. */
export async function membersOf(link: Link, group: string): Promise<number> {
  const { groups } = await link.coordinator(
    "look who is in the group",
    "group",
    group,
    (broker) => broker.describeGroups({ groupIds: [group] }),
  );
  return groups[0]!.members.length;
}

function memberOf(
  { memberId, memberMetadata }: { readonly memberId: string; readonly memberMetadata: Buffer },
): Member {
  const { userData } = AssignerProtocol.MemberMetadata.decode(memberMetadata) ?? {};
  return { id: memberId, owned: decode(userData).owned ?? [] };
}

function encode(data: UserData): Buffer {
  return Buffer.from(JSON.stringify(data));
}

function decode(bytes: Buffer | undefined): UserData {
  return bytes === undefined || bytes.length === 0 ? {} : JSON.parse(bytes.toString()) as UserData;
}
