/** Where bytes go. */
export interface ByteSink {
  /** Whether its reader is behind so far that nothing more should be written now. */
  readonly isFull: boolean;
  /** @throws the system's error on this write, or on an earlier one */
  write(bytes: Uint8Array): void;
  /** Closes the file. @returns the number of bytes of it that nobody has taken in time @throws the system's error */
  close(): Promise<number>;
}
