/** The generated code with its types: the one place that says where it lies. */
// @ts-types="../../proto/sequoia.d.ts"
export { Callback, ChainNode, ChainState, FunctionSpec, Subchain } from "../../proto/sequoia.js";
