/** The editor's workers, each a file of this server. Imported before the editor, which reads this at once. */
const FILES: Readonly<Record<string, string>> = { json: "json.worker.js", graphql: "graphql.worker.js" };

Object.assign(globalThis, {
  MonacoEnvironment: {
    getWorker: (_id: string, label: string): Worker => new Worker(`/graphiql/${FILES[label] ?? "editor.worker.js"}`),
  },
});
