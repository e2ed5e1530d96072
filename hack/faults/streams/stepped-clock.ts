/* Preloaded into an operator: SIGUSR2 moves the wall clock. What measures time by another clock is not touched. */

const step = Number(process.env['CLOCK_STEP_MS']);
const RealDate = Date;
let shift = 0;

process.on('SIGUSR2', () => (shift = step));

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: readonly unknown[], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [target.now() + shift] : args, newTarget) as object,
  get: (target, member, receiver) =>
    member === 'now' ? (): number => target.now() + shift : (Reflect.get(target, member, receiver) as unknown),
});
