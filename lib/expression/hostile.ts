/**
 * Expressions that would hang or end a process which evaluates them without bounds, by what they use too much of. For tests.
 */

/** Doubles a value by an expression that needs no function, and then uses it. */
function doubled(first: string, twice: (name: string) => string, times: number, use: string): string {
  return `($v := ${first}; ${`$v := ${twice("$v")}; `.repeat(times)}${use})`;
}

/** Two texts that are the same, but two. */
const TWO_TEXTS = "$a := $v & 'b' & $v; $b := $v & 'b' & $v";

/** Those that exceed a bound. */
export const HOSTILE: Readonly<Record<string, readonly string[]>> = {
  time: [
    "($f := function($n) { $f($n + 1) }; $f(0))",
    "($f := function($n) { $n < 2 ? 1 : $f($n-1) + $f($n-2) }; $f(60))",
    "($g := function($n) { $n = 0 ? 0 : $g($n - 1) }; $map([1..100000], function($i) { $g(100) }))",
    "($y := function($f) { $f($f) }; $y($y))",
  ],
  depth: [
    "($f := function($n) { 1 + $f($n + 1) }; $f(0))",
    "($f := function($n) { [$f($n)] }; $f(0))",
    "($f := function($n) { {'a': $f($n)} }; $f(0))",
    "($f := function() { $eval('$f()') }; $f())",
  ],
  eval: [
    "($e := '$eval($e)'; $eval($e))",
    "($f := function($s) { $eval($s & ' + 1') }; $reduce([1..100000], function($a, $i) { $eval('1') }))",
    "$eval($join($map([1..100000], function($i) { '(' })))",
    "$eval($pad('1', 3000000, '+1'))",
    "$eval($pad('', 2000000, '-') & '1')",
    "($q := '$map([1..1000], function($x) { $eval($q) })'; $eval($q))",
  ],
  regex: [
    "$match($pad('', 1000000, 'ab'), /(a)(b)?(c)?/)",
    "$replace($pad('', 4000000, 'a'), /a/, 'bbbbbbbbbb')",
    "$replace($pad('', 1000000, 'a'), /a/, function($m) { $m.match & $m.match })",
    "$split($pad('', 1000000, 'ab'), /b/)",
  ],
  size: [
    "[1..10000000]",
    "$pad('x', 1000000000)",
    "$reduce([1..60], function($s, $i) { $s & $s }, 'x')",
    "$reduce([1..60], function($s, $i) { $s & $s }, 'é中')",
    "$reduce([1..40], function($l, $i) { $append($l, $l) }, [1])",
    "$reduce([1..40], function($l, $i) { [$l, $l] }, [1])",
    "$reduce([1..40], function($o, $i) { {'l': $o, 'r': $o} }, {'a': 1})",
  ],
  written: [
    "($l := [100000..199999]; {'a': $l, 'b': $l, 'c': $l, 'd': $l, 'e': $l, 'f': $l, 'g': $l})",
    "($l := $map([10000..49999], function($i) { $i / 7 }); {'a': $l, 'b': $l, 'c': $l, 'd': $l, 'e': $l, 'f': $l, 'g': $l, 'h': $l})",
    "$pad('', 3000000, '\"')",
    "$pad('', 900000, '\\u0001')",
    "[1..60].{'a': $pad('', 40000, '\"')}",
    "$map([1..100000], function($i) { {'a': 'abcdefghijklmnopqrstuvwxyzabcdefghij'} })",
  ],
  doubled: [
    doubled("1", (v) => `[[${v}], [${v}]]`, 60, "$v"),
    doubled("args", (v) => `{'l': ${v}, 'r': ${v}}`, 40, "[$v]"),
    doubled(doubled("'é'", (v) => `${v} & ${v}`, 15, "$v"), (v) => `[[${v}], [${v}]]`, 10, "$v"),
    doubled("[1]", (v) => `[[${v}], [${v}]]`, 25, "{'a': $v}"),
  ],
  json: [
    "$string($reduce([1..40], function($o, $i) { {'l': $o, 'r': $o} }, {'a': 1}))",
    "$string($reduce([1..40], function($o, $i) { [[$o], [$o]] }, [1]))",
    "$string($reduce([1..40], function($o, $i) { {'l': $o, 'r': $o} }, {'a': 1}), true)",
    "$clone($reduce([1..40], function($o, $i) { {'l': $o, 'r': $o} }, {'a': 1}))",
    "$reduce([1..40], function($o, $i) { {'l': $o, 'r': $o} }, {'a': 1}) = $reduce([1..40], function($o, $i) { {'l': $o, 'r': $o} }, {'a': 1})",
    "$error($string($reduce([1..40], function($o, $i) { {'l': $o, 'r': $o} }, {'a': 1})))",
    "$reduce([1..40], function($o, $i) { {'l': $o, 'r': $o} }, {'a': 1}) ~> |$|{'x': 1}|",
  ],
  descent: [
    "($o := $reduce([1..30], function($o, $i) { {'l': $o, 'r': $o} }, {'a': 1}); $o.**.a)",
    "($l := [1..1000]; $l.($l.($l)))",
    "$reduce([1..40], function($l, $i) { [[$l], [$l]] }, [1]).*",
    "($o := $reduce([1..25], function($l, $i) { [[$l], [$l]] }, [1]); {'a': $o}.*)",
  ],
  sort: [
    "$sort([1..100000])",
    "$sort([1..100000], function($a, $b) { $a < $b })",
    "$sort([1..100000], function($a, $b) { true })",
    "[1..100000]^(>$)",
    "[1..20000]^(>$string($), <$)",
  ],
  shuffle: [
    "$map([1..1000], function($i) { $shuffle([1..10000]) })",
  ],
  map: [
    "$map([1..100000], function($i) { [1..100000] })",
    "$map([1..100000], function($i) { $map([1..1000], function($j) { $i * $j }) })",
    "$filter([1..100000], function($i) { $count([1..100000]) > 3 })",
    "$map([1..100000], function($i, $n, $all) { $sum($all) })",
  ],
  reduce: [
    "$reduce([1..100000], function($a, $i) { $append($a, $i) }, [])",
    "$reduce([1..100000], function($a, $i) { $merge([$a, {$string($i): $i}]) }, {})",
  ],
  spread: [
    "($o := $merge($map([1..10000], function($i) { {$string($i): $i} })); $map([1..10000], function($i) { $spread($o) }))",
  ],
  each: [
    "($o := $merge($map([1..10000], function($i) { {$string($i): $i} })); $each($o, function($v) { $each($o, function($w) { $w }) }))",
  ],
  keys: [
    "($o := $merge($map([1..10000], function($i) { {$string($i): $i} })); $map([1..10000], function($i) { $keys($o) }))",
  ],
  sift: [
    "($o := $merge($map([1..10000], function($i) { {$string($i): $i} })); $map([1..10000], function($i) { $sift($o, function($v) { true }) }))",
  ],
  group: [
    "[1..100000]{$string($): $}",
    "[1..100000]{'a': $}",
  ],
  join: [
    "$join($map([1..100000], function($i) { $pad('x', 1000) }))",
    "$join($split($pad('', 2000000, 'x'), ''), $pad('', 2000000, 'y'))",
    "$join($split($pad('', 3000000, 'x'), ''), '---')",
  ],
  split: [
    "$map([1..1000], function($i) { $split($pad('', 100000, 'x'), '') })",
  ],
  zip: [
    "$map([1..10000], function($i) { $zip([1..10000],[1..10000]) })",
  ],
  distinct: [
    "$map([1..1000], function($i) { $distinct([1..100000]) })",
  ],
  dates: [
    "$toMillis($pad('', 100000, '1'), $pad('', 3000, '[Y]'))",
    "$toMillis($pad('', 50000, 'i'), '[YI][MI][DI][HI][mI][sI]x')",
    "$fromMillis(0, $pad('', 3000000, '[Y0001]'))",
    "$fromMillis(1e300, '[Yw]')",
    "$fromMillis(0, '[Y,1000000000-1000000000]')",
    "$map([1..100000], function($i) { $fromMillis($i, '[FNn], [D1o] [MNn] [YW] [H01]:[m01]') })",
  ],
  formats: [
    "$formatNumber(1, $pad('', 3000000, '0'))",
    "$formatNumber(1, $pad('', 1000000, '#,'))",
    "$formatInteger(1e15, 'I')",
    "$parseInteger($pad('', 100000, 'one thousand '), 'w')",
    "$parseInteger($pad('', 1000000, 'M'), 'I')",
  ],
  encode: [
    "$map([1..10000], function($i) { $encodeUrlComponent($pad('', 100000, 'é')) })",
    "$reduce([1..40], function($s, $i) { $encodeUrlComponent($s) & $s }, '%')",
    "$reduce([1..60], function($s, $i) { $base64encode($s & $s) }, 'x')",
  ],
  text: [
    "$map([1..100000], function($i) { $substring($pad('', 1000000, 'x'), 1) })",
    "$map([1..100000], function($i) { $length($pad('', 1000000, 'x')) })",
    "$replace($pad('', 2000, 'a'), 'a', $pad('', 2000000, 'b'))",
    "$replace($pad('', 4000000, 'a'), 'a', 'bb')",
    "$replace($pad('', 100000, 'a'), /(a)/, $pad('', 100000, '$1'))",
  ],
  sequence: [
    "[1..1000].([1..1000].([1..1000]))",
    "[1..100000][[1..100000]]",
    "[1..50000][$ in [1..50000]]",
    "$append([1..100000], [1..100000])",
  ],
  assign: [
    "($ := 5; $$ := 6; $map := function() { $map() }; $map())",
  ],
};

/** Those that look the same, or did harm elsewhere, and may end within the bounds, or in an error of their own. */
export const DOUBTFUL: Readonly<Record<string, readonly string[]>> = {
  eval: [
    "$contains('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac', $eval('/(a+)+b/'))",
    "$match($pad('', 5000, 'a'), $eval('/(a|aa)+$|(a*)*b/'))",
    "$replace($pad('', 5000, 'a') & 'c', $eval('/(a*)*b/'), '')",
    "$split($pad('', 5000, 'a') & 'c', $eval('/(a|a)*b/'))",
  ],
  regex: [
    "$match($pad('', 100000, 'a'), /a/)",
    "$contains($pad('', 4000000, 'a'), /(a?){500}b/)",
    "$contains($pad('', 1000000, 'a'), /((a?){30}){30}b/)",
    "$match($pad('', 100000, 'ab'), /(x|y|z|a|b)*c/)",
  ],
  json: [
    "$error($pad('x', 3000000))",
  ],
  path: [
    `a${".a".repeat(2000)}`,
    `*${".*".repeat(2000)}`,
    `a${".b.%".repeat(1000)}`,
  ],
  descent: [
    "$count([1..1000].($$.args.**))",
    "**.**.**.**.**.**.**.**.**.**",
  ],
  map: [
    "$single([1..100000], function($i) { $i = 5 })",
  ],
  reduce: [
    "$reduce([1..100000], function($a, $i) { $a & 'xxxxxxxxxx' }, '')",
  ],
  spread: [
    "$spread($merge($map([1..50000], function($i) { {$string($i): $i} })))",
  ],
  zip: [
    "$zip([1..100000],[1..100000],[1..100000],[1..100000])",
  ],
  distinct: [
    "$distinct($map([1..100000], function($i) { {'a': $i} }))",
  ],
  dates: [
    "$toMillis($pad('', 40, 'one '), '[Yw] [Yw] [Yw] [Yw] [Yw] [Yw] [Yw] [Yw]')",
  ],
  formats: [
    "$formatInteger(1e300, 'w')",
  ],
  text: [
    doubled("'a'", (v) => `${v} & ${v}`, 14, `${TWO_TEXTS}; $contains($v & $v & $v, $a)`),
    doubled("'a'", (v) => `${v} & ${v}`, 14, `${TWO_TEXTS}; args.list.($a = $b ? $a = $b ? $a = $b)`),
    doubled("'a'", (v) => `${v} & ${v}`, 14, `${TWO_TEXTS}; args.list.($a <= $b ? $a >= $b ? $a <= $b)`),
    doubled("'a'", (v) => `${v} & ${v}`, 14, `${TWO_TEXTS}; args.list.($a in [$b, $b, $b])`),
    doubled("'a'", (v) => `${v} & ${v}`, 15, "args.list.{$v & $string(n): 1}"),
    doubled("'é'", (v) => `${v} & ${v}`, 14, "args.list.$uppercase($v)"),
    "$trim($pad('', 4000000, ' x'))",
  ],
  lambda: [
    "($f := function($x) { function() { $x } }; $reduce([1..100000], function($a, $i) { $f($a) }))",
  ],
  sequence: [
    "[1..100000]#$i[$i > 5]#$j[$j > 5].$i",
    "$reverse($reverse($map([1..100000], function($i) { {'a': [$i, {'b': $i}]} })))",
  ],
  wide: [
    "args.list.{'a': $$.args.list}",
    "args.list.($$.args.list.($$.args.list))",
  ],
  proto: [
    "{'__proto__': 1}.constructor.constructor('return 1')()",
  ],
};
