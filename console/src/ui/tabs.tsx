import { Focusable, Tooltip, TooltipTrigger } from "react-aria-components";
import { Link } from "wouter";

export interface Tab {
  label: string;
  href: string;
  isCurrent: boolean;
  /** Why it cannot be opened now; null or left out: it can. */
  refusal?: string | null;
}

/** Pages that belong together; each has its address. */
export function Tabs({
  label,
  tabs,
  onSelect,
  replace = false,
}: {
  label: string;
  tabs: readonly Tab[];
  /** Called before another one is opened. */
  onSelect?: () => void;
  /** The way back leads out of all of them. */
  replace?: boolean;
}): React.JSX.Element {
  return (
    <nav className="tabs-list" aria-label={label}>
      {tabs.map(({ label: name, href, isCurrent, refusal = null }) =>
        refusal === null ? (
          <Link
            key={name}
            href={href}
            replace={replace}
            className="tab"
            aria-current={isCurrent ? "page" : undefined}
            onClick={() => {
              if (!isCurrent) onSelect?.();
            }}
          >
            {name}
          </Link>
        ) : (
          <TooltipTrigger key={name} delay={100}>
            <Focusable>
              <span role="link" className="tab tab-closed" tabIndex={0} aria-disabled="true">
                {name}
              </span>
            </Focusable>
            <Tooltip className="tooltip" offset={6}>
              {refusal}
            </Tooltip>
          </TooltipTrigger>
        ),
      )}
    </nav>
  );
}
