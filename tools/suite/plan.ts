import { type Lane, needsBroker } from "../../tests/lanes.ts";

/** The files that a lane runs, and how many it leaves out for which reason. */
export interface Plan {
  /** In the order in which they begin. */
  readonly files: readonly string[];
  readonly leftOut: ReadonlyMap<string, number>;
}

/** Files of these folders take longest, and begin first, so that none of them is alone at the end. */
const LONG_FIRST = [
  /^tests\/scheduler\//,
  /^tests\/simulate\//,
  /^tests\/(e2e|queue|npm|wrap)\//,
  /^tests\//,
];

/** Plans a lane, of all files of tests, by their paths. */
export function planLane(all: readonly string[], { without }: Lane): Plan {
  const leftOut = new Map<string, number>(), files: string[] = [];
  for (const path of all) {
    const kind = without.find(({ paths }) => paths.test(path));
    if (kind === undefined) files.push(path);
    else leftOut.set(kind.what, (leftOut.get(kind.what) ?? 0) + 1);
  }
  return { files: inOrder(files), leftOut };
}

/** Plans what somebody has named, files or folders ("": the root), whatever the lane leaves out. */
export function planNamed(all: readonly string[], named: readonly string[]): Plan {
  const files = all.filter((path) =>
    named.some((name) => name === "" || path === name || path.startsWith(`${name}/`))
  );
  return { files: inOrder(files), leftOut: new Map() };
}

function inOrder(files: readonly string[]): string[] {
  const place = (path: string) => {
    const at = LONG_FIRST.findIndex((folder) => folder.test(path));
    return at < 0 ? LONG_FIRST.length : at;
  };
  return files.toSorted((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}

/**
 * The next file to begin. One at a time has the broker; it is begun as soon as the broker is free, as those files take long
 * and wait for most of it.
 *
 * @param waiting in the order in which they begin
 * @returns undefined: none may begin now
 */
export function nextFile(waiting: readonly string[], running: Iterable<string>): string | undefined {
  const isTaken = Iterator.from(running).some(needsBroker);
  return (isTaken ? undefined : waiting.find(needsBroker)) ?? waiting.find((path) => !needsBroker(path));
}
