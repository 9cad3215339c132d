import { constants, crc32, deflateRawSync } from "node:zlib";
import type { OwnFile } from "./own_file.ts";

/** Where the bytes of a run log go; after each `write` the file can be read up to there. */
export interface Sink {
  write(bytes: Uint8Array): void;
  /** Writes what must come last, if anything, and closes the file. */
  close(): void;
}

/** Writes to an open file, which it closes; what goes to a `.gz` path is compressed. */
export function sinkOf({ file, path }: OwnFile): Sink {
  return path.endsWith(".gz") ? new GzipSink(file) : new PlainSink(file);
}

class PlainSink implements Sink {
  readonly #file: Deno.FsFile;

  constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) at += this.#file.writeSync(bytes.subarray(at));
  }

  close(): void {
    this.#file.close();
  }
}

/**
 * One gzip member (RFC 1952) whose deflate blocks end with every write, so that a crash costs nothing that was written
 * before it. A CompressionStream cannot flush: it would hold back minutes of a slow run.
 */
class GzipSink implements Sink {
  readonly #file: PlainSink;
  #crc = 0;
  #length = 0;
  #begun = false;

  constructor(file: Deno.FsFile) {
    this.#file = new PlainSink(file);
  }

  write(bytes: Uint8Array): void {
    if (!this.#begun) this.#file.write(HEADER);
    this.#begun = true;
    this.#crc = crc32(bytes, this.#crc);
    this.#length += bytes.length;
    // Level 1: twice as fast as the default, and a tenth larger.
    this.#file.write(deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, level: 1 }));
  }

  close(): void {
    try {
      if (this.#begun) this.#file.write(this.#trailer());
    } finally {
      this.#file.close();
    }
  }

  #trailer(): Uint8Array {
    const end = deflateRawSync(new Uint8Array());
    const bytes = new Uint8Array(end.length + 8);
    bytes.set(end);
    const view = new DataView(bytes.buffer, end.length);
    view.setUint32(0, this.#crc, true);
    view.setUint32(4, this.#length % 2 ** 32, true);
    return bytes;
  }
}

/** Magic, deflate, no name, no time, no extra flags, unknown system. */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);
