import type { LiveRow } from "../../lib/live/mod.ts";

/** The tables; the screen shows one at a time. */
export type Table = "chains" | "functions" | "label";

/** The orders of its rows, and the words for each. */
export const ORDERS = {
  load: "load",
  calls: "calls/s",
  wait: "p99",
  failed: "failed/s",
  name: "name",
} as const;

/** The order of the rows. */
export type Order = keyof typeof ORDERS;

/** The choice of the user. */
export interface State {
  readonly table: Table;
  readonly order: Order;
  /** Rows of the table that are scrolled away. */
  readonly skipped: number;
}

/** The comparison that puts rows in order; the rest comes last. */
export function orderOf(order: Order): (a: LiveRow, b: LiveRow) => number {
  const key = KEYS[order];
  return (a, b) =>
    Number(a.isRest ?? false) - Number(b.isRest ?? false) || key(b) - key(a) || compared(a.name, b.name);
}

const KEYS: Readonly<Record<Order, (row: LiveRow) => number>> = {
  load: ({ ready, running }) => ready + running,
  calls: ({ callsPerS }) => callsPerS,
  wait: ({ queueingMs }) => queueingMs?.p99 ?? -1,
  failed: ({ failedPerS }) => failedPerS,
  name: () => 0,
};

function compared(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The keys that move, as terminals send them. */
const MOVES: Readonly<Record<string, number>> = { j: 1, k: -1, "\x1b[B": 1, "\x1b[A": -1 };
const TABLES: Readonly<Record<string, Table>> = { c: "chains", f: "functions", l: "label" };

/** The state after a key was pressed; `quit`: the user wants to leave. Keys that mean nothing change nothing. */
export function pressed(state: State, key: string): State | "quit" {
  if (key === "q" || key === "\x03" || key === "\x04") return "quit"; // ^C and ^D, where they come as keys
  const table = TABLES[key], move = MOVES[key];
  if (table !== undefined) return { ...state, table, skipped: 0 };
  if (move !== undefined) return { ...state, skipped: Math.max(0, state.skipped + move) };
  if (key !== "s") return state;
  const orders = Object.keys(ORDERS) as Order[];
  return { ...state, order: orders[(orders.indexOf(state.order) + 1) % orders.length]!, skipped: 0 };
}

/** The keys in what a terminal has sent: a sign each, or an arrow. */
export function keysIn(text: string): string[] {
  // deno-lint-ignore no-control-regex -- arrows begin with an escape
  return text.match(/\x1b\[[A-D]|[^]/gu) ?? [];
}
