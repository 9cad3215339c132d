/**
 * Asks the file system to tell of writes to a queue's file, also by other processes: they come in milliseconds, and cost nothing
 * while there are none. Where it cannot (another system's files, too many watches), nothing is told, and looks must do.
 *
 * @param path of the queue; its write-ahead log is beside it
 * @param told called at each write, perhaps a moment before it can be seen
 */
export function watchWrites(path: string, told: () => void): Disposable | undefined {
  let watcher: Deno.FsWatcher;
  try {
    watcher = Deno.watchFs(`${path}-wal`);
  } catch {
    return undefined;
  }
  void tell(watcher, told);
  return watcher;
}

async function tell(watcher: Deno.FsWatcher, told: () => void): Promise<void> {
  try {
    for await (const event of watcher) if (event.kind !== "access") told();
  } catch {
    // the file cannot be watched any more: looks go on
  }
}
