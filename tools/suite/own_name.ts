/** Between the file and the name of a test, in the report of a process that several files share. */
const BETWEEN = ": ";

/** The name that a test of a file has there. */
export function nameTogether(path: string, name: string): string {
  return `${path}${BETWEEN}${name}`;
}

/** The own name of a test that is named so. @returns undefined if it is of another file */
export function ownName(name: string, path: string): string | undefined {
  const start = path + BETWEEN;
  return name.startsWith(start) ? name.slice(start.length) : undefined;
}
