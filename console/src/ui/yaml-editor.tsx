import { useId, useMemo, useRef } from "react";
import { Icon } from "./icon.tsx";
import { partsOf } from "./yaml-parts.ts";

export interface LineProblem {
  /** From 1; null: it is about no line. */
  line: number | null;
  message: string;
}

/**
 * A text of YAML with numbered lines, colours, and what is wrong at its lines. It is a plain text area, so that whatever reads or fills in text areas does here too; Tab leaves it, as it leaves every field.
 */
export default function YamlEditor({
  label,
  value,
  onChange,
  placeholder,
  problems,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  placeholder: string;
  problems: readonly LineProblem[];
}): React.JSX.Element {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const lines = useMemo(() => value.split("\n"), [value]);
  const wrong = new Set(problems.map(({ line }) => line));
  const located = problems.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0));

  const goTo = (line: number): void => {
    const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    area.current?.focus();
    area.current?.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
    document.querySelector(`#${CSS.escape(`${id}-${line}`)}`)?.scrollIntoView({ block: "nearest" });
  };
  const press = (event: React.KeyboardEvent<HTMLTextAreaElement>): void => {
    const { selectionStart, selectionEnd } = event.currentTarget;
    if (event.key !== "Enter" || event.nativeEvent.isComposing || event.ctrlKey || event.metaKey) return;
    const before = value.slice(value.lastIndexOf("\n", selectionStart - 1) + 1, selectionStart);
    const indent = `${/^ */.exec(before)?.[0] ?? ""}${/[:-]\s*$/.test(before) ? "  " : ""}`;
    if (indent === "") return;
    event.preventDefault();
    event.currentTarget.setRangeText(`\n${indent}`, selectionStart, selectionEnd, "end");
    onChange(event.currentTarget.value);
  };

  return (
    <div className="field">
      <label className="label" htmlFor={id}>
        {label}
        <span aria-hidden="true"> *</span>
      </label>
      <div className="code" data-invalid={problems.length > 0 || undefined}>
        <div className="code-lines" aria-hidden="true">
          {lines.map((_, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- a line is nothing but its number
            <span key={index} id={`${id}-${index + 1}`} className={wrong.has(index + 1) ? "code-wrong" : undefined}>
              {wrong.has(index + 1) && <Icon name="alert" />}
              {index + 1}
            </span>
          ))}
        </div>
        <div className="code-text">
          <pre aria-hidden="true">
            {lines.map((line, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- as above
              <span key={index} className={wrong.has(index + 1) ? "code-line code-wrong" : "code-line"}>
                {partsOf(line).map(({ kind, text }, at) => (
                  // oxlint-disable-next-line react/no-array-index-key -- as above
                  <span key={at} className={`code-${kind}`}>
                    {text}
                  </span>
                ))}
                {"\n"}
              </span>
            ))}
          </pre>
          <textarea
            ref={area}
            id={id}
            value={value}
            onChange={(event) => onChange(event.currentTarget.value)}
            onKeyDown={press}
            placeholder={placeholder}
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            aria-required="true"
            aria-invalid={problems.length > 0}
            aria-describedby={problems.length > 0 ? `${id}-problems` : undefined}
          />
        </div>
      </div>
      {problems.length > 0 && (
        <ul className="plain code-problems" id={`${id}-problems`}>
          {located.map(({ line, message }) => (
            <li key={`${String(line)} ${message}`} className="field-error">
              {line !== null && (
                <button type="button" className="button button-quiet button-small" onClick={() => goTo(line)}>
                  Line {line}
                </button>
              )}
              <span className="break">{message}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
