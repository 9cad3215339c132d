/**
 * The behaviour of a function provider: containers, cold starts, limits, bursts, background queues, collapse. The model has no
 * clock: the local platform drives it in real time, `simulate` in virtual time. `profile.ts` has the built-in profiles.
 */
export { ProfileError } from "./errors.ts";
export { type Profile, queues } from "./profile.ts";
export { profileFile, readProfileFile } from "./profile_file.ts";
export {
  parseProfile,
  profileFileOf,
  profileParameters,
  profileSummaries,
  profileWords,
} from "./profile_text.ts";
export { type Admission, type CallMode, Provider, type QueuedStart, successorMode } from "./provider.ts";
