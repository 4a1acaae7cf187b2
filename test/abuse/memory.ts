/** What a process says of its memory at /metrics, in bytes. */
export interface Memory {
  resident: number;
  /** In use. */
  heap: number;
  /** Buffers and the like, outside of the heap. */
  external: number;
  connections: number;
  subscriptions: number;
}

export async function memoryOf(url: string): Promise<Memory> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const of = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1] ?? Number.NaN);
  return {
    resident: of("process_resident_memory_bytes"),
    heap: of("nodejs_heap_size_used_bytes"),
    external: of("nodejs_external_memory_bytes"),
    connections: of("secretariat_websocket_connections"),
    subscriptions: of("secretariat_subscriptions"),
  };
}
