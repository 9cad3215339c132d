/** The largest message that is written or read by default: 16 MiB, the greatest that brokers are usually set to. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/**
 * The deepest tree that is written as a tree. The original's decoder (Python's protobuf) and ours give up at 100 messages
 * within each other (a node's function or args are the last of them); deeper trees are written as a list.
 */
export const MAX_TREE_DEPTH = 90;

/**
 * The original repeats the ids of the last nodes and of the functions in every node: quadratic in the size of the chain. A
 * tree that would repeat more of them is written as a list, which has no such ids.
 */
export const MAX_REPEATED_IDS = 10_000;

/** The same where only the original's way will do: a message of some megabytes. */
export const MAX_ORIGINAL_REPEATED_IDS = 2_000_000;

/** Most numbers, map entries and parts that a message may be made of: it bounds what decoding can take of memory. */
export const MAX_MESSAGE_PARTS = 2_500_000;

/** The newest schema version (ChainState.version) that this code understands. */
export const VERSION = 4;
