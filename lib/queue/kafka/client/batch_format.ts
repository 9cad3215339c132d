/** Where Kafka's format of a batch of records (magic 2, KIP-98) has its parts. */

/** Bytes before the records: from the first offset to the number of records. */
export const BATCH_HEAD = 61;

/** Where in the head its parts stand; the first offset stands at 0. */
export const BATCH_AT = {
  length: 8,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  firstTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  firstSequence: 53,
  count: 57,
} as const;

export const BATCH_MAGIC = 2;
