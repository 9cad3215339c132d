/**
 * Whether an instance stays with the consumer that holds it:
 *
 * | state   | event                                         | next                            | new starts | writes |
 * | ------- | --------------------------------------------- | ------------------------------- | ---------- | ------ |
 * | held    | `leave`: it is given back, or asked for       | leaving                         | yes        | yes    |
 * | held    | `lose`: its lease ran out, another has it     | lost                            | yes        | yes    |
 * | leaving | nothing of it is in flight any more           | released to the queue, then forgotten | no   | yes    |
 * | leaving | `lose`: its time is over, or another has it   | lost                            | no         | yes    |
 * | lost    | nothing of it is in flight any more           | forgotten; or held, from a newer claim | no  | no     |
 *
 * The last two columns say what the first one allows: whether calls and nodes start, and whether what has settled is written.
 * No state goes back. Whether an instance is ending is another matter: it may be so in each state.
 */
export type HoldState = "held" | "leaving" | "lost";

/** What ends that an instance stays. */
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
