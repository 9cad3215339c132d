/** Scenes that have shown a fault, as small as they could be made: they are played again with every run. */
import type { Blow, Scene } from "./scene.ts";

type Node = Scene["chains"][number]["nodes"][number];

/** A node that calls a function and comes after nothing, but for what is said. */
function node(rest: Partial<Node> = {}): Node {
  return { after: [], onFailure: "fail", join: "all", once: false, what: "function", asks: false, ...rest };
}

function blow(how: Blow["how"], who: number, afterMs: number, withinMs: Blow["withinMs"] = 0): Blow {
  return { how, who, afterMs, withinMs };
}

/** A scene of one instance, one call at a time, no failures and no blows, but for what is said. */
function scene(nodes: readonly Node[], rest: Partial<Scene> = {}, undoes = false): Scene {
  return {
    chains: [{ nodes: [...nodes], undoes }],
    ...{
      count: 1,
      failing: 0,
      limit: 1,
      window: 1,
      pullMs: 0,
      writeMs: 0,
      memoryKib: 2 ** 20,
      blows: [],
      retry: false,
      seed: "",
    },
    ...rest,
  };
}

export const FOUND: Readonly<Record<string, Scene>> = {
  "what waited for memory when its instance left": scene(
    [node({ what: "map of chains" }), node()],
    {
      ...{ count: 3, limit: 2, window: 3, pullMs: 20, memoryKib: 16, seed: "A" },
      blows: [blow("drain", 1, 0), blow("drain", 1, 27)],
    },
    true,
  ),
  "a write of a claim that is over, while the instance is on its way again": scene(
    [node({ once: true })],
    {
      ...{ count: 3, window: 2, pullMs: 20, seed: "p" },
      blows: [blow("cancel", 0, 10), blow("expire", 1, 13)],
    },
  ),
  "a function that may run once only, after a map that was not written": scene(
    [node({ what: "map of chains" }), node({ after: [0], once: true })],
    { blows: [blow("drain", 0, 28), blow("revoke", 1, 12)] },
  ),
  "what has gone on though an item had failed": scene(
    [node({ what: "chain", asks: true }), node({ what: "map" }), node()],
    {
      ...{ count: 4, failing: 0.4, limit: 2, window: 2, seed: "," },
      blows: [blow("drain", 0, 0), blow("drain", 0, 55), blow("drain", 0, 7)],
    },
  ),
  "what was undone of a map of which nothing had been done": scene(
    [node(), node(), node(), node({ what: "map" })],
    {
      ...{ count: 3, failing: 0.4 },
      blows: [
        blow("stop", 0, 33),
        blow("drain", 1, 0),
        blow("drain", 0, 38),
        blow("drain", 0, 0),
        blow("stop", 0, 7),
        blow("drain", 0, 0),
      ],
    },
    true,
  ),
  "a retry of what others have gone on after": scene(
    [node({ onFailure: "continue" }), node(), node({ after: [1] }), node()],
    { count: 7, failing: 0.4, limit: 2, blows: [blow("revoke", 0, 5)], retry: true, seed: "?j.s" },
  ),
  "a call that came too late, though the queue has what it was to begin": scene(
    [node({ what: "chain" }), node()],
    { count: 2, pullMs: 20, seed: "A", blows: [blow("drain", 0, 0), blow("cancel", 0, 0)] },
    true,
  ),
  "a claim that was on its way when it was revoked": scene(
    [node({ what: "map" })],
    {
      ...{ count: 1, failing: 0.4, limit: 1, window: 1, pullMs: 20, seed: "2.e l" },
      blows: [blow("revoke", 1, 40, 100), blow("drain", 0, 57), blow("drain", 0, 30)],
    },
  ),
  "a retry that began as others were given back, when its own instance was about to be": scene(
    [],
    {
      chains: [
        { nodes: [node({ what: "chain" })], undoes: false },
        {
          nodes: [
            node(),
            node({ onFailure: "skip", what: "map" }),
            node({ after: [0] }),
            node(),
            node({ after: [1, 3], what: "map of chains" }),
          ],
          undoes: false,
        },
        { nodes: [node()], undoes: false },
      ],
      ...{ count: 4, failing: 0.4, limit: 4, window: 4, memoryKib: 16, seed: "~]T" },
    },
  ),
};
