const PATHS = {
  check: "M4 12.5 9.5 18 20 6.5",
  cross: "M6 6l12 12M18 6 6 18",
  alert: "M12 3 22 20H2L12 3ZM12 9.5v5M12 17.2v.1",
  refuse: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM6 6l12 12",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM12 7.5V12l3 2.5",
  part: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM12 3v18M12 12h9",
  bin: "M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13",
  spin: "M12 3a9 9 0 1 1-9 9",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM12 11v6M12 7.2v.1",
  key: "M16 3a5 5 0 0 0-4.6 7L4 17.4V21h4v-2.5h2.5V16l2.6-2.6A5 5 0 1 0 16 3ZM16.5 7.5v.1",
  folder: "M3 6h6l2 2.5h10V19H3Z",
  store: "M4 5h16v5H4ZM4 14h16v5H4ZM7.5 7.5v.1M7.5 16.5v.1",
  cluster: "M12 3 20 7.5v9L12 21l-8-4.5v-9L12 3ZM12 12l8-4.5M12 12v9M12 12 4 7.5",
  history: "M4 12a8 8 0 1 0 2.5-5.8L4 8.5M4 4v4.5h4.5M12 8v4.5l3 1.5",
  up: "M12 19V6M6 11.5 12 5.5l6 6",
  down: "M6 9.5l6 6 6-6",
  plus: "M12 5v14M5 12h14",
  sync: "M20 11a8 8 0 0 0-14.5-3.5L3 10M3 5v5h5M4 13a8 8 0 0 0 14.5 3.5L21 14M21 19v-5h-5",
  edit: "M4 20l1-4L16 5l3 3L8 19l-4 1Z",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2",
  out: "M10 4H5v16h5M14 8l4 4-4 4M18 12H9",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.5 15.5 21 21",
} as const;

export type IconName = keyof typeof PATHS;

/** A picture beside words that say the same: never read aloud. */
export function Icon({ name, className = "" }: { name: IconName; className?: string }): React.JSX.Element {
  return (
    <svg
      className={`icon ${className}`}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
