/** A helper that the tests of drawings share: a chain with everything that can be drawn. */
import { type Chain, chain, constant, fn, linkChains } from "../model/mod.ts";
import { withCalled } from "./with_called.ts";

const list = fn("list", { time: constant("500ms") });
const render = fn("render", { time: constant("2s") });

const convert = chain("convert", ({ call }) => {
  call(render, { map: "args.pages", concurrency: 3, args: { page: "{% item %}" }, onFailure: "continue" });
  call(render, { name: "cover" });
}, { output: "{% $count(inputs.render) %}" });

const documents = chain("documents", ({ call, onFailed }) => {
  const found = call(list);
  const few = call(convert, { after: found, when: "inputs.list.pages < 10" });
  const many = call(convert, { after: found, name: "many", when: 'inputs.list.kind = "large"' });
  call(fn("publish"), { after: [few, many], join: "settled", onFailure: "skip" });
  onFailed(fn("undo", { time: constant("1s") }), { args: { done: "{% inputs %}" } });
}, { output: "{% inputs.publish %}", timeLimit: "1h", ttl: "5m" });

/** A chain, and one that it calls twice. */
export const DOCUMENTS: readonly Chain[] = withCalled(linkChains([documents]));
