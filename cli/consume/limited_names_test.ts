import { assertEquals } from "@std/assert";
import { noRecorder } from "../../lib/record/mod.ts";
import type { AttemptEvent, SubmitEvent } from "../../lib/record/mod.ts";
import { limitedNames } from "../options/limited_names.ts";
import { LimitedNames } from "./limited_names.ts";

const call = (name: string) => ({ function: name }) as AttemptEvent;
const submit = (chain: string, labels: Record<string, string>) =>
  ({ chain, labels }) as unknown as SubmitEvent;

function watch(limits: Parameters<typeof limitedNames>[0], by?: string) {
  const warned: string[] = [];
  const names = new LimitedNames(limitedNames(limits, by), (words) => warned.push(words));
  return { warned, names, recorder: names.watching(noRecorder) };
}

Deno.test("LimitedNames warns of a name that resembles one in use, after some calls, once", () => {
  const { warned, names, recorder } = watch([{ functions: { tpyo: 1, typo2: 3, other: 2, "*": 5 } }]);
  recorder.submit(submit("c", {}));
  for (let i = 0; i < 99; i++) recorder.attempt(call("typo"));
  recorder.attempt(call("typo2"));
  const resembling = 'No function tpyo has been called so far, but an option names it; did you mean "typo"?';
  assertEquals(warned, [resembling]);
  names.end();
  assertEquals(warned, [resembling, "No function other has been called so far, but an option names it"]);
});

Deno.test("LimitedNames warns of chains and labels, too", () => {
  const { warned, names, recorder } = watch(
    [{ chains: { nigthly: 1, daily: 2 } }, { labels: { tenant: { acme: 3 } } }],
    "tenat",
  );
  recorder.submit(submit("nightly", { tenant: "acme" }));
  recorder.submit(submit("daily", {}));
  recorder.attempt(call("f"));
  names.end();
  assertEquals(warned, [
    'No chain nigthly has been called so far, but an option names it; did you mean "nightly"?',
    'No instance has a label tenat so far, but an option names it; did you mean "tenant"?',
  ]);
});

Deno.test("LimitedNames is silent where nothing was called, and costs nothing where nothing is limited", () => {
  const { warned, names } = watch([{ functions: { f: 1 } }]);
  names.end();
  assertEquals(warned, []);
  assertEquals(watch([{}]).recorder, noRecorder);
});
