import { chain, fn } from "sequoia";

// A function without a url or a body is modelled: the local platform takes as long as "time" says.
// To call your own: fn("greet", { url: "https://example.com/greet", timeout: "10s" }).
const greet = fn("greet", { time: "400ms" });
const write = fn("write_card", { time: "300ms" });
const send = fn("send", { time: "300ms" });

/** A chain whose functions need no server and take a second together. */
export default chain("hello", ({ call }) => {
  const greeting = call(greet);
  const card = call(write, { after: greeting });
  call(send, { after: card });
});
