import type { SecretDetail } from "./documents.ts";

/** Which key of the Kubernetes Secret comes from where. */
export function Keys({ spec: { data, dataFrom, other } }: Pick<SecretDetail, "spec">): React.JSX.Element {
  return (
    <>
      <dl className="facts">
        {data.map(({ secretKey, remoteKey, property, version }) => (
          <div className="fact" key={secretKey}>
            <dt>
              <code>{secretKey}</code>
            </dt>
            <dd>
              <code>{remoteKey}</code>
              {property !== null && (
                <>
                  , property <code>{property}</code>
                </>
              )}
              {version !== null && (
                <>
                  , version <code>{version}</code>
                </>
              )}
            </dd>
          </div>
        ))}
        {dataFrom.map(({ extract, find }) => (
          <div className="fact" key={JSON.stringify(extract ?? find)}>
            <dt>{extract === null ? "Found keys" : "All properties"}</dt>
            <dd>
              {extract === null ? (
                <>
                  names like <code>{find?.nameRegExp ?? "any"}</code>
                </>
              ) : (
                <>
                  of <code>{extract.key}</code>
                </>
              )}
            </dd>
          </div>
        ))}
      </dl>
      {other !== null && (
        <p className="small muted">It has more parts that only its YAML shows; they are kept as they are.</p>
      )}
    </>
  );
}
