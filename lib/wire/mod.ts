/** Protobuf messages of the model: Sequoia's own, which the original reads where it can, and the original's. */
export { decodeInstance, type DecodeOptions, previewOf } from "./decode.ts";
export { encodeInstance, type EncodeOptions, type WireFormat } from "./encode.ts";
export type { MessagePreview } from "./preview.ts";
export { WireError, type WireErrorCode } from "./errors.ts";
export { MAX_MESSAGE_BYTES } from "./limits.ts";
export {
  chainNumber,
  checkOriginal,
  checkOriginalInstance,
  isOriginalMessage,
  type OriginalIds,
  type OriginalPriorities,
  originalSubmission,
  type UrlOf,
} from "./original/mod.ts";
