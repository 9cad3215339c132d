/** The end of an instance. */
export type InstanceOutcome = "completed" | "failed" | "cancelled";
