/** Protobuf messages of the model: Sequoia's own, which the original reads where it can, and the original's. */
export { decodeInstance, previewOf } from "./decode.ts";
export { encodeInstance, type WireFormat } from "./encode.ts";
export type { MessagePreview } from "./preview.ts";
export { WireError } from "./errors.ts";
export { MAX_MESSAGE_BYTES } from "./limits.ts";
export {
  checkOriginalInstance,
  isOriginalMessage,
  type OriginalPriorities,
  originalSubmission,
  type UrlOf,
} from "./original/mod.ts";
