import type { Adapter, AdapterFactory, AdapterPayload } from "oidc-provider";

/** Where a provider of the tests keeps its sessions, codes and tokens: in memory, until it is forgotten whole. */
export function createStore(): AdapterFactory {
  const all = new Map<string, AdapterPayload>();
  return (model): Adapter => {
    const keyOf = (id: string): string => `${model} ${id}`;
    const findBy = (matches: (payload: AdapterPayload) => boolean) =>
      Promise.resolve([...all].find(([key, payload]) => key.startsWith(`${model} `) && matches(payload))?.[1]);
    return {
      upsert: (id, payload) => {
        all.set(keyOf(id), payload);
        return Promise.resolve();
      },
      find: (id) => Promise.resolve(all.get(keyOf(id))),
      findByUid: (uid) => findBy((payload) => payload.uid === uid),
      findByUserCode: (code) => findBy((payload) => payload.userCode === code),
      consume: (id) => {
        const payload = all.get(keyOf(id));
        if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000);
        return Promise.resolve();
      },
      destroy: (id) => {
        all.delete(keyOf(id));
        return Promise.resolve();
      },
      revokeByGrantId: (grantId) => {
        for (const [key, payload] of all) if (payload.grantId === grantId) all.delete(key);
        return Promise.resolve();
      },
    };
  };
}
