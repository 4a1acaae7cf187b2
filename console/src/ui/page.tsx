import { useEffect } from "react";

/** A page with its heading; the heading is the window's title too. */
export function Page({
  title,
  crumbs,
  actions,
  children,
}: {
  title: string;
  crumbs?: React.ReactNode;
  actions?: React.ReactNode;
  children: React.ReactNode;
}): React.JSX.Element {
  useEffect(() => {
    document.title = `${title} · Secretariat`;
  }, [title]);
  return (
    <div className="page">
      <div className="page-head">
        <div className="stack-small">
          {crumbs !== undefined && <div className="crumbs">{crumbs}</div>}
          <h1 className="break">{title}</h1>
        </div>
        {actions !== undefined && <div className="row">{actions}</div>}
      </div>
      {children}
    </div>
  );
}
