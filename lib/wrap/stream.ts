/** The same stream, which calls back once when all of it has been read, or when nobody wants more of it. */
export function watched(
  stream: ReadableStream<Uint8Array>,
  over: () => Promise<void>,
): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
      } catch (error) {
        await over();
        throw error;
      }
      await over();
      controller.close();
    },
    async cancel(reason) {
      await over();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
