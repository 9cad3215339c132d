/** The largest message that is written or read by default: 16 MiB, the greatest that brokers are usually set to. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** Most numbers, map entries and parts that a message may be made of: it bounds what decoding can take of memory. */
export const MAX_MESSAGE_PARTS = 2_500_000;

/** The newest schema version (ChainState.version) that this code understands. */
export const VERSION = 6;
