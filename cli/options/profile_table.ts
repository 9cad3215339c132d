import { profileSummaries } from "../../lib/provider/mod.ts";

/** The profiles that `--profile` takes, for the help of the commands that have it. */
export const PROFILE_TABLE = { "Profiles": profileSummaries() };
