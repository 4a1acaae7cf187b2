import { createContext, use, useCallback, useMemo, useState } from "react";
import { Icon } from "./icon.tsx";
import { failureOf } from "../api/errors.ts";

interface Toasts {
  done: (message: string) => void;
  failed: (error: unknown) => void;
}

const Context = createContext<Toasts | null>(null);
/** How long a word of success stays, in milliseconds; a failure stays until it is closed. */
const STAY = 5_000;

interface Toast {
  id: number;
  tone: "good" | "bad";
  message: string;
}
let last = 0;

/** Short answers to what somebody just did, in a corner of the page. */
export function ToastProvider({ children }: { children: React.ReactNode }): React.JSX.Element {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const close = useCallback((id: number) => setToasts((list) => list.filter((toast) => toast.id !== id)), []);
  const api = useMemo<Toasts>(() => {
    const add = (tone: Toast["tone"], message: string): void => {
      const id = ++last;
      setToasts((list) => [...list.slice(-3), { id, tone, message }]);
      if (tone === "good") setTimeout(() => close(id), STAY);
    };
    return {
      done: (message) => add("good", message),
      failed: (error) => {
        const { message, reference } = failureOf(error);
        add("bad", reference === null ? message : `${message} Reference: ${reference}`);
      },
    };
  }, [close]);
  return (
    <Context value={api}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {toasts.map(({ id, tone, message }) => (
          <div key={id} className={`note note-${tone}`}>
            <Icon name={tone === "good" ? "check" : "alert"} />
            <div>{message}</div>
            <button
              type="button"
              className="button button-quiet button-small"
              aria-label="Close message"
              onClick={() => close(id)}
            >
              <Icon name="cross" />
            </button>
          </div>
        ))}
      </div>
    </Context>
  );
}

export function useToasts(): Toasts {
  const toasts = use(Context);
  if (toasts === null) throw new Error("there is no ToastProvider");
  return toasts;
}
