import { seededRandom } from "../../model/mod.ts";

/**
 * Takes a part of all apps, each with the same probability, whatever the others are: the same seed takes the same ones from the
 * files of other days.
 *
 * @param part of all apps, above 0, at most 1
 */
export function sampled(part: number, seed: string): (app: string) => boolean {
  const taken = new Map<string, boolean>(); // as many as the apps of the file
  return (app) => {
    let isTaken = taken.get(app);
    if (isTaken === undefined) {
      taken.set(app, isTaken = part === 1 || seededRandom(`${seed}/apps/${app}`).next() < part);
    }
    return isTaken;
  };
}
