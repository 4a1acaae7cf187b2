import { createContext, use } from "react";
import type { Me } from "../api/live-documents.ts";
import type { Live } from "../api/live.ts";
import { permissionFor, type Permission } from "../ui/button.tsx";

/** What every page knows: who asks, and how the stream stands. */
export interface Place {
  me: Me;
  /** What to call them. */
  name: string;
  live: Live;
  signOut: () => void;
}

const Context = createContext<Place | null>(null);
export const PlaceProvider = Context;

export function usePlace(): Place {
  const place = use(Context);
  if (place === null) throw new Error("nobody is signed in");
  return place;
}

export const useIsAdmin = (): boolean => usePlace().me.role === "PLATFORM_ADMIN";

/** What the viewer may do beside all things. */
export const useMayDo = (action: string): boolean => {
  const permissions: readonly Permission[] = usePlace().me.permissions;
  return permissionFor(permissions, action)?.allowed === true;
};
