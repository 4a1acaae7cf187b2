/** One step of the form, with its number. */
export function Step({
  number,
  title,
  children,
}: {
  number: number;
  title: string;
  children: React.ReactNode;
}): React.JSX.Element {
  return (
    <section className="card stack" aria-labelledby={`step-${number}`}>
      <h2 id={`step-${number}`} className="step-title">
        <span className="avatar" aria-hidden="true">
          {number}
        </span>
        {title}
      </h2>
      {children}
    </section>
  );
}
