import { chain, fn, lognormal } from "sequoia";

/** One function of two seconds. */
export default chain("single", ({ call }) => void call(fn("single", { time: lognormal("2s", "3s") })));
