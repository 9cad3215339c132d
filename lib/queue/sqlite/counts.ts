import type { InstanceState } from "../queue.ts";
import type { Database } from "./database.ts";

/** Counts instances that came into a state, or left it. Within the transaction that moves them. */
export function count(db: Database, state: InstanceState, instances: number): void {
  if (instances === 0) return;
  db.run("UPDATE counts SET instances = instances + ? WHERE state = ?", instances, state);
}

/** Counts instances that went from one state to another. */
export function countMove(db: Database, from: InstanceState, to: InstanceState, instances: number): void {
  count(db, from, -instances);
  count(db, to, instances);
}
