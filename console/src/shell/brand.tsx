export function Brand(): React.JSX.Element {
  return (
    <span className="brand">
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" fill="#3552c8" />
        <path d="M10 15v-3a6 6 0 0 1 12 0v3" fill="none" stroke="#fff" strokeWidth="2.5" />
        <rect x="8" y="15" width="16" height="11" rx="3" fill="#fff" />
        <circle cx="16" cy="20.5" r="2" fill="#3552c8" />
      </svg>
      Secretariat
    </span>
  );
}
