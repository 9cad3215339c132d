import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { Histogram } from "./histogram.ts";
import { percentile, quantityOf, rankOf } from "./quantity.ts";

/** Milliseconds from 1 µs to 10⁹ ms, as many in each decade, and the bounds themselves. */
const samples = fc.array(
  fc.oneof(
    fc.double({ min: -3, max: 9, noNaN: true }).map((exponent) => 10 ** exponent),
    fc.constantFrom(1e-3, 1, 1024, 1e9),
  ),
  { minLength: 1, maxLength: 300 },
);

function histogramOf(values: Iterable<number>): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

Deno.test("Histogram has percentiles to a thousandth", () => {
  fc.assert(fc.property(samples, fc.integer({ min: 1, max: 100 }), (values, percent) => {
    const exact = percentile(Float64Array.from(values).sort(), percent);
    const [got] = histogramOf(values).samplesAt([rankOf(percent, values.length)]);
    assert(Math.abs(got! - exact) <= 0.001 * exact, `${got} for ${exact}`);
  }));
});

Deno.test("Histogram is off by less than a thousandth at either end of every bucket", () => {
  for (let octave = -9; octave < 30; octave++) {
    for (let part = 0; part < 512; part++) {
      const low = 2 ** octave * (1 + part / 512), high = low + 2 ** octave / 512 * (1 - 1e-6);
      for (const value of [low, high]) {
        // The others keep the least and the greatest from being the answer.
        const [got] = histogramOf([0, value, 2e9]).samplesAt([2]);
        assert(Math.abs(got! - value) < 0.001 * value, `${got} for ${value}`);
      }
    }
  }
});

Deno.test("Histogram has an exact mean and maximum", () => {
  fc.assert(fc.property(samples, (values) => {
    const got = histogramOf(values).quantity(), exact = quantityOf(Float64Array.from(values));
    assertEquals(got.max, exact.max);
    assert(Math.abs(got.mean! - Number(exact.mean)) <= 1e-9 * Number(exact.mean));
  }));
});

Deno.test("Histogram is exact where all samples are the same, and where there are none", () => {
  const value = 100.1;
  assertEquals(histogramOf([value, value, NaN]).quantity(), quantityOf(Float64Array.of(value, value)));
  assertEquals(histogramOf([NaN]).quantity(), quantityOf(new Float64Array()));
});

Deno.test("Histogram takes what is below a microsecond for nothing", () => {
  const { p50, p90, max } = histogramOf([0, 0, 0.0004, 0.0008, 5]).quantity();
  assertEquals([p50, p90, max], [0, 5, 5]);
  assertEquals(histogramOf([0.0004]).quantity().p50, 0.0004);
});

Deno.test("merge() says the same as all samples in one", () => {
  fc.assert(fc.property(samples, fc.array(samples, { maxLength: 3 }), (first, rest) => {
    const merged = histogramOf(first);
    for (const values of rest) merged.merge(histogramOf(values));
    const { mean, ...others } = merged.quantity();
    const { mean: expectedMean, ...expected } = histogramOf([first, ...rest].flat()).quantity();
    assertEquals(others, expected);
    assert(Math.abs(mean! - expectedMean!) <= 1e-9 * expectedMean!);
  }));
});

Deno.test("merge() counts what another has got since it was merged before, by samples and by merging", () => {
  const [part, total] = [histogramOf([1, 2]), new Histogram()];
  total.merge(part);
  part.add(1000);
  total.merge(part);
  part.merge(histogramOf([1e6]), 5);
  total.merge(part);
  assertEquals(total.count, 2 + 3 + 8);
  assertEquals(
    total.quantity(),
    histogramOf([1, 1, 1, 2, 2, 2, 1000, 1000, ...Array(5).fill(1e6)]).quantity(),
  );
});

Deno.test("Histogram takes memory by the range of its samples, and not for their number", () => {
  const histogram = new Histogram();
  for (let i = 0; i < 100_000; i++) histogram.add(100 + i % 100);
  assert(histogram.bytes <= 4096, `${histogram.bytes}`);
  for (let ms = 1e-3; ms <= 1e9; ms *= 1.001) histogram.add(ms);
  assert(histogram.bytes <= 81 * 1024, `${histogram.bytes}`);
});
