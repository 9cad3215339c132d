/** The first system on the same topics: its messages that are there, and what its consumers need of ours. */
export { type From, isOriginals, type StartingPoint, startingPoint } from "./starting_point.ts";
export { logSubmissions, setUpSubmissions, type SubmissionTopic } from "./submissions.ts";
