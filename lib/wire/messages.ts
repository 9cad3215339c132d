/** The generated code with its types: the one place that says where it lies. */
// @ts-types="../../proto/sequoia.d.ts"
export { ChainNode, ChainState, FunctionSpec, Subchain } from "../../proto/sequoia.js";
