import { useState, useSyncExternalStore } from "react";
import { Link, useLocation } from "wouter";
import { Button } from "../ui/button.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { Brand } from "./brand.tsx";
import { applyTheme, rememberedTheme, THEMES } from "./theme.ts";
import { usePlace } from "./viewer.tsx";

export interface NavItem {
  href: string;
  label: string;
  icon: IconName;
}

const LIVE_WORDS = {
  connecting: "Connecting …",
  live: "Live",
  lost: "Connection lost, trying again",
} as const;

function LiveState(): React.JSX.Element {
  const { live } = usePlace();
  const state = useSyncExternalStore(live.onState, () => live.state);
  return (
    <span className="live" data-state={state} role="status">
      <span className="live-dot" aria-hidden="true" />
      {LIVE_WORDS[state]}
    </span>
  );
}

function ThemeButton(): React.JSX.Element {
  const [theme, setTheme] = useState(rememberedTheme);
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system";
  return (
    <Button
      look="quiet"
      small
      icon="sun"
      aria-label={`Theme: ${theme}. Change to ${next}`}
      onPress={() => {
        applyTheme(next);
        setTheme(next);
      }}
    >
      <span className="who-name">{theme}</span>
    </Button>
  );
}

/** What stands around every page. */
export function Shell({
  items,
  children,
}: {
  items: readonly NavItem[];
  children: React.ReactNode;
}): React.JSX.Element {
  const { me, name, signOut } = usePlace();
  const [location] = useLocation();
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <header className="side">
        <Link href="/secrets" aria-label="Secretariat, to the Secrets page">
          <Brand />
        </Link>
        <nav className="nav" aria-label="Main">
          {items.map(({ href, label, icon }) => (
            <Link key={href} href={href} aria-current={location.startsWith(href) ? "page" : undefined}>
              <Icon name={icon} />
              {label}
            </Link>
          ))}
        </nav>
        <div className="who">
          <LiveState />
          <span className="who-name small">
            <strong>{name}</strong>
            <br />
            <span className="muted">{me.role === "PLATFORM_ADMIN" ? "Platform admin" : "Team member"}</span>
          </span>
          <div className="row">
            <ThemeButton />
            <Button look="quiet" small icon="out" onPress={signOut}>
              Sign out
            </Button>
          </div>
        </div>
      </header>
      <main className="main" id="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}
