import { pipeline, Readable } from "node:stream";
import { constants, createGunzip } from "node:zlib";

/** The path that means the standard input of the program. */
export const STDIN = "-";

const CHUNK = 256 * 1024;
const NEWLINE = 10;

/** Some whole lines of a file, without their line ends; of the last batch, perhaps the unfinished rest of the file. */
export interface LineBatch {
  readonly lines: readonly string[];
  /** Where the last of the lines begins, in bytes of the (uncompressed) file, if it has no line end. */
  readonly restAtByte?: number;
}

/** The options of reading a file's lines. */
export interface LineOptions {
  /** Longer lines, in characters, are an error: a file with such lines is no log. */
  readonly longest: number;
  /** Whether a compressed file that was cut is damaged, too. (Default: its beginning is read) */
  readonly isWhole?: boolean;
  /** Called if a compressed file is damaged; the file ends there. */
  readonly onDamage: (error: unknown) => void;
}

/** A file whose lines are too long to be those of a log. */
export class LineTooLong extends Error {
  override readonly name = "LineTooLong";
}

/**
 * The lines of a file, in batches, at any size of the file. Files that begin like gzip are uncompressed, whatever their
 * name; a compressed file that was cut is read as far as its bytes go, unless it must be whole.
 *
 * @throws {LineTooLong} if a line is longer than allowed, and whatever the system says of the file
 */
export async function* readLines(path: string, options: LineOptions): AsyncGenerator<LineBatch> {
  const utf8 = new TextDecoder();
  let rest = "";
  let restAtByte = 0;
  let read = 0;
  for await (const bytes of uncompressed(path, options)) {
    const newline = bytes.lastIndexOf(NEWLINE);
    if (newline >= 0) restAtByte = read + newline + 1;
    read += bytes.length;
    const lines = (rest + utf8.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop()!;
    if (rest.length > options.longest) throw new LineTooLong();
    if (lines.length > 0) yield { lines };
  }
  rest += utf8.decode();
  if (rest !== "") yield { lines: [rest], restAtByte };
}

async function* uncompressed(path: string, options: LineOptions): AsyncGenerator<Uint8Array> {
  const chunks = readChunks(path);
  const first = await chunks.next();
  if (first.done) return;
  const all = prepend(first.value, chunks);
  if (first.value[0] === 0x1f && first.value[1] === 0x8b) yield* gunzipped(all, options);
  else yield* all;
}

/** Through node:zlib, because a DecompressionStream throws away what it has when the file turns out to be cut. */
async function* gunzipped(
  chunks: AsyncIterable<Uint8Array>,
  options: LineOptions,
): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({
    finishFlush: options.isWhole ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
    chunkSize: CHUNK,
  });
  let failure: unknown;
  pipeline(Readable.from(chunks), gunzip, (error) => failure = error);
  try {
    for await (const bytes of gunzip) yield bytes as Uint8Array;
  } catch (error) {
    if (!isZlibError(error)) throw failure ?? error;
    options.onDamage(error);
  }
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^Z_/.test(String(error.code));
}

async function* prepend(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

async function* readChunks(path: string): AsyncGenerator<Uint8Array> {
  using opened = path === STDIN ? undefined : await Deno.open(path);
  const file = opened ?? Deno.stdin;
  for (;;) {
    const bytes = new Uint8Array(CHUNK);
    const read = await file.read(bytes);
    if (read === null) return;
    yield bytes.subarray(0, read);
  }
}
