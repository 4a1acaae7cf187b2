// Loaded into a replica before everything else: its clock goes wrong by CHAOS_CLOCK_SHIFT milliseconds, its monotonic clock does not.
const shift = Number(process.env["CHAOS_CLOCK_SHIFT"] ?? "0");
const RealDate = globalThis.Date;
const now = (): number => RealDate.now() + shift;

const ShiftedDate = new Proxy(RealDate, {
  construct(target, given: unknown[], newTarget) {
    const made: unknown = Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget);
    if (typeof made !== "object" || made === null) throw new TypeError("a date is an object");
    return made;
  },
  get(target, name, receiver): unknown {
    return name === "now" ? now : Reflect.get(target, name, receiver);
  },
});

if (shift !== 0) Object.defineProperty(globalThis, "Date", { value: ShiftedDate, configurable: true, writable: true });
