/** Protobuf messages of the model: Sequoia's own, which the original reads where it can, and the original's. */
export { decodeInstance, type DecodeOptions, glanceAt, isOriginalMessage } from "./decode.ts";
export { encodeInstance, type EncodeOptions, type WireFormat } from "./encode.ts";
export type { Glance } from "./glance.ts";
export { WireError, type WireErrorCode } from "./errors.ts";
export { chainNumber, type OriginalIds } from "./ids.ts";
export { MAX_MESSAGE_BYTES } from "./limits.ts";
export { checkOriginal, checkOriginalInstance, type UrlOf } from "./original.ts";
export type { OriginalPriorities } from "./original_priorities.ts";
export { originalSubmission } from "./original_submission.ts";
