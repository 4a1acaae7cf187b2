export interface HeapCommand {
  who: "ours" | "informer";
  /** Of the API server. */
  url: string;
}

export interface HeapAnswer {
  id: number;
  /** What the heap grew by. */
  mb?: number;
  /** Objects that are kept. */
  size?: number;
}

export const isHeapAnswer = (message: unknown): message is HeapAnswer =>
  typeof message === "object" && message !== null && "id" in message;
