import { describe, expect, it } from "vitest";
import type { Tokens } from "./client.js";
import { SignInFailure } from "./failure.js";
import { Renewals } from "./renewals.js";

/** An issuer that rotates: `r1` becomes `r2`, and a second use is a theft. */
function rotating(life: number) {
  const uses: string[] = [];
  return {
    uses,
    renew: async (refreshToken: string): Promise<Tokens> => {
      const isUsed = uses.includes(refreshToken);
      uses.push(refreshToken);
      await Promise.resolve();
      if (isUsed) throw new SignInFailure("ended", "used");
      const next = Number(refreshToken.slice(1)) + 1;
      return { accessToken: `a${next}`, refreshToken: `r${next}`, expiresAt: Date.now() + life, name: null };
    },
  };
}

describe("renewals", () => {
  it("use a refresh token once, whoever comes with it at once or soon after", async () => {
    const issuer = rotating(60_000);
    const renewals = new Renewals(issuer);
    const all = await Promise.all([renewals.renew("r1"), renewals.renew("r1")]);
    all.push(await renewals.renew("r1"));
    expect(all.map(({ refreshToken }) => refreshToken)).toEqual(["r2", "r2", "r2"]);
    expect(issuer.uses).toEqual(["r1"]);
  });

  it("go on from what came of it where that has ended", async () => {
    const issuer = rotating(-1);
    const renewals = new Renewals(issuer);
    await renewals.renew("r1");
    expect((await renewals.renew("r1")).refreshToken).toBe("r3");
    expect(issuer.uses).toEqual(["r1", "r2"]);
  });

  it("remember for as long as they are told, and then let the issuer judge", async () => {
    const issuer = rotating(60_000);
    const renewals = new Renewals({ ...issuer, keep: -1 });
    await renewals.renew("r1");
    await expect(renewals.renew("r1")).rejects.toMatchObject({ problem: "ended" });
  });

  it("keep no more than they are told", async () => {
    const issuer = rotating(60_000);
    const renewals = new Renewals({ ...issuer, size: 2 });
    for (const token of ["r1", "r5", "r9"]) await renewals.renew(token);
    expect((await renewals.renew("r9")).accessToken).toBe("a10");
    await expect(renewals.renew("r1")).rejects.toMatchObject({ problem: "ended" });
  });

  it("ask again for one that is not used up", async () => {
    let asked = 0;
    const renewals = new Renewals({
      renew: (refreshToken) =>
        Promise.resolve({ accessToken: `a${(asked += 1)}`, refreshToken, expiresAt: null, name: null }),
    });
    expect([await renewals.renew("r"), await renewals.renew("r")].map((one) => one.accessToken)).toEqual(["a1", "a2"]);
  });

  it("ask again after a failure, but not for what the issuer has refused", async () => {
    const problems: ("unreachable" | "ended")[] = ["unreachable", "ended"];
    let asked = 0;
    const renewals = new Renewals({
      renew: () => Promise.reject(new SignInFailure(problems[asked++] ?? "refused", "no")),
    });
    for (const problem of ["unreachable", "ended", "ended", "ended"])
      await expect(renewals.renew("r")).rejects.toMatchObject({ problem });
    expect(asked).toBe(2);
  });
});
