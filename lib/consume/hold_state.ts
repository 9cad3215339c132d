/**
 * Whether an instance stays with the consumer that holds it:
 *
 * | state   | event                                       | next                                    |
 * | ------- | ------------------------------------------- | --------------------------------------- |
 * | held    | `leave`: it is given back                   | leaving                                 |
 * | held    | `lose`: another consumer has it             | lost                                    |
 * | held    | its last node has settled                   | its end is written, and it is forgotten |
 * | leaving | nothing of it is in flight any more         | released to the queue, and forgotten    |
 * | leaving | `lose`: its time is over, or another has it | lost                                    |
 * | lost    | nothing of it is in flight any more         | forgotten; or held, from a newer claim  |
 *
 * | state   | more of it starts | what settles is written |
 * | ------- | ----------------- | ----------------------- |
 * | held    | yes               | yes                     |
 * | leaving | no                | yes                     |
 * | lost    | no                | no                      |
 *
 * No event leads back. An instance may be ending in each of these states (`HeldInstance.ending`: a node failed for good, a
 * limit of time passed, a cancel): then nothing of it starts but the node that undoes, and that only while it is held.
 */
export type HoldState = "held" | "leaving" | "lost";

/** The events by which an instance stops staying. */
export type HoldEvent = "leave" | "lose";

const NEXT: Readonly<Record<HoldState, Readonly<Record<HoldEvent, HoldState>>>> = {
  held: { leave: "leaving", lose: "lost" },
  leaving: { leave: "leaving", lose: "lost" },
  lost: { leave: "lost", lose: "lost" },
};

/** The state after an event. */
export function stateAfter(state: HoldState, event: HoldEvent): HoldState {
  return NEXT[state][event];
}
