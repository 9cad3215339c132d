import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Coverage } from "./coverage.ts";

Deno.test("Coverage.from is held by the first message that is not covered", () => {
  const coverage = new Coverage<string>(10);
  assertEquals(coverage.from, 10);
  coverage.see(10, "a");
  coverage.see(12, "b");
  coverage.see(13, "c");
  coverage.cover(12, 7);
  assertEquals([coverage.from, coverage.size], [10, 3]);
  coverage.cover(10, 8);
  assertEquals([coverage.from, coverage.size], [13, 1]);
  assertEquals([...coverage.uncovered()], ["c"]);
  coverage.cover(13);
  assertEquals([coverage.from, coverage.size], [14, 0]);
});

Deno.test("Coverage.reach() moves on over what holds no messages", () => {
  const coverage = new Coverage<string>(0);
  coverage.see(3, "a");
  coverage.reach(9);
  assertEquals(coverage.from, 3);
  coverage.cover(3);
  assertEquals(coverage.from, 9);
  coverage.reach(5); // it never goes back
  assertEquals(coverage.from, 9);
});

Deno.test("Coverage.resultsFrom() goes back to the oldest end that is still needed", () => {
  const coverage = new Coverage<string>(0);
  for (const offset of [0, 1, 2, 3]) coverage.see(offset, "");
  assertEquals(coverage.resultsFrom(50), 50);
  coverage.cover(3, 20);
  coverage.cover(2, 30);
  coverage.cover(1); // its end stands in the changelog
  assertEquals(coverage.resultsFrom(50), 20);
  coverage.cover(0, 40);
  assertEquals(coverage.resultsFrom(50), 50);
});

/** The covered messages, kept as simply as possible. */
class Model {
  readonly seen: number[] = [];
  readonly covered = new Map<number, number>();
  next: number;

  constructor(from: number) {
    this.next = from;
  }

  cover(offset: number, resultAt: number): void {
    if (this.seen.includes(offset) && offset >= this.from) this.covered.set(offset, resultAt);
  }

  get open(): number[] {
    return this.seen.filter((offset) => !this.covered.has(offset));
  }

  get from(): number {
    return this.open[0] ?? this.next;
  }

  resultsFrom(end: number): number {
    const behind = [...this.covered].filter(([offset]) => offset >= this.from);
    return Math.min(end, ...behind.map(([, resultAt]) => resultAt));
  }
}

const END = 1e6;

type Step =
  | { readonly kind: "see" | "reach"; readonly gap: number }
  | { readonly kind: "cover"; readonly back: number; readonly resultAt: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom("see", "see", "reach"), gap: fc.constantFrom(0, 0, 0, 1, 5) }),
  fc.record({
    kind: fc.constant("cover"),
    back: fc.nat(12), // may be any offset: seen, covered before, in a gap
    resultAt: fc.oneof(fc.nat(END), fc.constant(Infinity)),
  }),
);

function apply(coverage: Coverage<number>, model: Model, step: Step): void {
  if (step.kind === "cover") {
    const offset = model.next - step.back;
    coverage.cover(offset, step.resultAt);
    model.cover(offset, step.resultAt);
    return;
  }
  const offset = model.next + step.gap;
  if (step.kind === "see") {
    coverage.see(offset, offset);
    model.seen.push(offset);
    model.next = offset + 1;
  } else {
    coverage.reach(offset);
    model.next = offset;
  }
}

Deno.test("Coverage answers as a set of open offsets does, in whatever order they are covered", () => {
  fc.assert(fc.property(fc.nat(100), fc.array(step, { size: "+1" }), (from, steps) => {
    const coverage = new Coverage<number>(from), model = new Model(from);
    for (const step of steps) {
      apply(coverage, model, step);
      assertEquals(coverage.from, model.from);
      assertEquals([...coverage.uncovered()], model.open);
      assertEquals(coverage.size, model.seen.filter((offset) => offset >= model.from).length);
      assertEquals(coverage.resultsFrom(END), model.resultsFrom(END));
    }
  }));
});

Deno.test("Coverage forgets what is covered, and answers the same behind it", () => {
  const coverage = new Coverage<number>(0);
  for (let offset = 0; offset < 10_000; offset += 2) coverage.see(offset, offset);
  for (let offset = 9998; offset >= 0; offset -= 2) if (offset !== 6000) coverage.cover(offset, offset);
  assertEquals([coverage.from, coverage.size], [6000, 2000]);
  assertEquals(coverage.resultsFrom(END), 6002);
  assertEquals([...coverage.uncovered()], [6000]);
  coverage.cover(6000);
  assertEquals([coverage.from, coverage.size], [9999, 0]);
});

Deno.test("Coverage.resultsFrom() keeps the ends of what was covered behind messages that were left, until these are over", () => {
  const coverage = new Coverage<string>(0);
  for (const offset of [0, 1, 2, 3]) coverage.see(offset, "");
  coverage.cover(2, 20);
  coverage.leave(new Set([0, 1]));
  coverage.cover(3, 30);
  assertEquals([coverage.from, coverage.resultsFrom(50, 0)], [4, 20]);
  coverage.insert(0, "");
  coverage.insert(1, "");
  coverage.cover(0, 40);
  assertEquals([coverage.from, coverage.resultsFrom(50, 1)], [1, 20]);
  const settled = coverage.settle();
  assertEquals(coverage.resultsFrom(50, 1), 20);
  settled();
  assertEquals(coverage.resultsFrom(50, 1), 50);
  coverage.cover(1, 45);
  assertEquals([coverage.from, coverage.resultsFrom(50, 2)], [4, 45]);
  coverage.reach(4);
  assertEquals(coverage.resultsFrom(50), 50);
});
