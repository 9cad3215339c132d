import { chain, fn, lognormal, workload } from "sequoia";

const time = lognormal("2s", "3s");
const single = (name: string) => chain(name, ({ call }) => void call(fn(name, { time })));

/** A tenth is urgent. */
export default workload({
  chains: [
    { chain: single("urgent"), priority: 0, share: 1 },
    { chain: single("bulk"), priority: 5, share: 9 },
  ],
});
