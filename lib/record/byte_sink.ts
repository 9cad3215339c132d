/** Where bytes go. */
export interface ByteSink {
  /** Whether its reader is behind so far that nothing more should be written now. */
  readonly isFull: boolean;
  /** @throws what the system said of this write, or of an earlier one */
  write(bytes: Uint8Array): void;
  /** Closes the file. @returns how many bytes of it nobody has taken in time @throws what the system says */
  close(): Promise<number>;
}
