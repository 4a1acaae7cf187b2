/**
 * Reads at first use, and again once what was read is older than `maxAge` milliseconds. All who wait share one reading; where it fails, what was read last stands.
 * @returns the way to what was read; it throws what `read` throws where nothing was read before
 */
export function kept<T>(maxAge: number, read: () => Promise<T>): () => Promise<T> {
  let known: { at: number; value: T } | null = null;
  let reading: Promise<T> | null = null;

  const readAnew = async (): Promise<T> => {
    const value = await read();
    known = { at: Date.now(), value };
    return value;
  };

  return async () => {
    const last = known;
    if (last !== null && Date.now() - last.at < maxAge) return last.value;
    reading ??= readAnew().finally(() => {
      reading = null;
    });
    try {
      return await reading;
    } catch (error) {
      if (last === null) throw error;
      return last.value;
    }
  };
}
