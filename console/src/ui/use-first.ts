import { useState } from "react";

/** The first that was read, however it changes later: a form must not change under the hands of whoever fills it in. @returns it, and a way to begin again with another */
export function useFirst<T>(value: T | undefined): [first: T | undefined, begin: (value: T | undefined) => void] {
  const [first, setFirst] = useState(value);
  if (first === undefined && value !== undefined) setFirst(value);
  return [first ?? value, setFirst];
}
