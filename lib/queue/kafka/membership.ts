import { AssignerProtocol } from "kafkajs";
import type { Clock } from "../../model/mod.ts";
import { assign, type Member } from "./assignment.ts";
import { troubleOf } from "./errors.ts";
import { Buffer } from "./kafkajs.ts";
import type { Link } from "./link.ts";

/** What the group has given to its members. */
export interface Allotment {
  /** This consumer's id in the group. */
  readonly member: string;
  readonly generation: number;
  /** Partitions by member. */
  readonly parts: ReadonlyMap<string, readonly number[]>;
}

/** How a consumer is in a group. */
export interface MembershipOptions {
  /** Used by nothing else, as a join may take as long as the slowest member. */
  readonly link: Link;
  readonly clock: Clock;
  readonly group: string;
  /** The topic whose partitions are divided. */
  readonly topic: string;
  readonly partitions: number;
  /** How long a member may be silent before its partitions go to others, in milliseconds. */
  readonly sessionMs: number;
  /** What this consumer has at present. */
  owned(): readonly number[];
  /** Is told what the members have been given, after each change. */
  allotted(allotment: Allotment): void;
  /** Is told that it must have lost everything: it was silent for too long. */
  lost(): void;
}

/** The name of our way to divide partitions; members with another one are refused by the broker. */
const PROTOCOL = "sequoia";
/** How long the members may take to come together anew, in milliseconds. */
const REBALANCE_MS = 10_000;
/** How often a member says that it is there, at the least, in milliseconds: so soon it hears that others have come or gone. */
const LONGEST_BEAT_MS = 500;
/** A member that has not been heard for this part of its session stops by itself: others may have what it had. */
const SILENT_PART = 0.8;

interface UserData {
  readonly owned?: readonly number[];
  readonly parts?: Readonly<Record<string, readonly number[]>>;
}

/**
 * A membership of a consumer group. While the members come together anew, each goes on with what it has; afterwards each
 * knows what all have been given, and hands over what is not its own any more.
 */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #closing: AbortSignal;
  #member = "";
  #heardMs = 0;

  constructor(options: MembershipOptions, closing: AbortSignal) {
    this.#options = options;
    this.#closing = closing;
  }

  /** Is a member until `closing` is aborted, and leaves then. */
  async run(): Promise<void> {
    while (!this.#closing.aborted) {
      try {
        const allotment = await this.#join();
        this.#options.allotted(allotment);
        await this.#beat(allotment);
      } catch (error) {
        if (this.#closing.aborted) break;
        const trouble = troubleOf(error);
        if (trouble === "expelled") this.#forget();
        else if (trouble !== "rebalancing") throw error;
      }
    }
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
    this.#heardMs = clock.nowMs();
    const { generationId: generation, memberId } = joined;
    const isLeader = joined.leaderId === memberId;
    const parts = isLeader ? assign(joined.members.map(memberOf), partitions) : new Map<string, number[]>();
    const userData = encode({ parts: Object.fromEntries(parts) });
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
    this.#heardMs = clock.nowMs();
    const all = decode(MemberAssignment.decode(synced.memberAssignment)?.userData).parts ?? {};
    return { member: memberId, generation, parts: new Map(Object.entries(all)) };
  }

  /** Says that it is there, until it is to join anew. */
  async #beat({ member, generation }: Allotment): Promise<void> {
    const { link, clock, group, sessionMs } = this.#options;
    const everyMs = Math.min(sessionMs / 6, LONGEST_BEAT_MS);
    while (!this.#closing.aborted) {
      await clock.until(clock.nowMs() + everyMs, this.#closing);
      if (this.#closing.aborted) return;
      const silence = new AbortController();
      const forget = clock.after(this.#heardMs + sessionMs * SILENT_PART - clock.nowMs(), () => {
        silence.abort();
        this.#options.lost();
      });
      try {
        await link.coordinator(
          "say that it is there",
          "group",
          group,
          (broker) => broker.heartbeat({ groupId: group, groupGenerationId: generation, memberId: member }),
        );
      } finally {
        forget();
      }
      this.#heardMs = clock.nowMs();
      if (silence.signal.aborted) return; // it joins anew, with nothing
    }
  }
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
