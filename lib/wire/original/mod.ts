/** The messages of the first system: read as instances, and written for its consumers. */
export { checkOriginal, checkOriginalInstance, type UrlOf } from "./check.ts";
export { originalFunctions } from "./functions.ts";
export { chainNumber, instanceNumber, type OriginalIds } from "./ids.ts";
export { type OriginalPriorities, originalPriority, prioritized } from "./priorities.ts";
export { isOriginalMessage, originalNodeNames, originalTime, unflagged } from "./read.ts";
export { originalSubmission } from "./submission.ts";
export { sharedTree } from "./tree.ts";
export { argsMessage, type NodeExtras, originalState, treeMessage } from "./write.ts";
