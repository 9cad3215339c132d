import { Database } from "../../lib/queue/sqlite/database.ts";

let syncing = 0, changes = 0;
const { sync } = Database.prototype;

/** Counts what waits for the disk: that takes real time, in which a test's own time must not pass. */
Database.prototype.sync = async function () {
  syncing++;
  changes++;
  try {
    await sync.call(this);
  } finally {
    syncing--;
    changes++;
  }
};

/** Whether something waits for the disk. */
export function diskIsBusy(): boolean {
  return syncing > 0;
}

/** Counts whatever has begun to wait for the disk, and whatever has ended to. */
export function diskChanges(): number {
  return changes;
}
