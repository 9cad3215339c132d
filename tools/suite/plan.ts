import { type Lane, needsBroker, runsAlone } from "../../tests/lanes.ts";

/** The files that a lane runs, and how many it leaves out for which reason. */
export interface Plan {
  /** The files of each process, in the order in which they begin. */
  readonly processes: readonly (readonly string[])[];
  readonly leftOut: ReadonlyMap<string, number>;
}

/** Files of these folders take longest, and begin first, so that none of them is alone at the end. */
const LONG_FIRST = [
  /^tests\/scheduler\//,
  /^tests\/simulate\//,
  /^tests\/(e2e|queue|npm|wrap)\//,
  /^tests\//,
  /^lib\/(consume|report|scheduler|wire)\//,
];

/**
 * Plans a lane.
 *
 * @param all the paths of all files of tests
 * @param isAlone whether a file needs a process of its own, whatever its path
 */
export function planLane(
  all: readonly string[],
  { without, together }: Lane,
  isAlone: (path: string) => boolean,
): Plan {
  const leftOut = new Map<string, number>(), files: string[] = [];
  for (const path of all) {
    const kind = without.find(({ paths }) => paths.test(path));
    if (kind === undefined) files.push(path);
    else leftOut.set(kind.what, (leftOut.get(kind.what) ?? 0) + 1);
  }
  return {
    processes: inProcesses(inOrder(files), together, (path) => runsAlone(path) || isAlone(path)),
    leftOut,
  };
}

/** Whether the text of a file says that it needs a process of its own: by a line "// alone: " and the reason. */
export function saysAlone(text: string): boolean {
  return /^\/\/ alone: ./m.test(text);
}

/** Plans what somebody has named, files or folders ("": the root), whatever the lane leaves out: each by itself. */
export function planNamed(all: readonly string[], named: readonly string[]): Plan {
  const files = all.filter((path) =>
    named.some((name) => name === "" || path === name || path.startsWith(`${name}/`))
  );
  return { processes: inOrder(files).map((path) => [path]), leftOut: new Map() };
}

/** Neighbours share a process, as they load much the same. @param atMost files of a process */
function inProcesses(
  files: readonly string[],
  atMost: number,
  isAlone: (path: string) => boolean,
): string[][] {
  const processes: string[][] = [];
  let open: string[] | undefined;
  for (const path of files) {
    if (isAlone(path)) processes.push([path]);
    else if (open !== undefined && open.length < atMost && placeOf(path) === placeOf(open[0]!)) {
      open.push(path);
    } else processes.push(open = [path]);
  }
  return processes;
}

function inOrder(files: readonly string[]): string[] {
  return files.toSorted((a, b) => placeOf(a) - placeOf(b) || (a < b ? -1 : 1));
}

function placeOf(path: string): number {
  const at = LONG_FIRST.findIndex((folder) => folder.test(path));
  return at < 0 ? LONG_FIRST.length : at;
}

/**
 * The next process to begin. One at a time has the broker; it is begun as soon as the broker is free, as those files take
 * long and wait for most of it.
 *
 * @param waiting the files of each, in the order in which they begin
 * @returns undefined: none may begin now
 */
export function nextProcess<Files extends readonly string[]>(
  waiting: readonly Files[],
  running: Iterable<readonly string[]>,
): Files | undefined {
  const hasBroker = (files: readonly string[]) => files.some(needsBroker);
  const isTaken = Iterator.from(running).some(hasBroker);
  return (isTaken ? undefined : waiting.find(hasBroker)) ?? waiting.find((files) => !hasBroker(files));
}
