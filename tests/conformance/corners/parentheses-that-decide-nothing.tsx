// Parentheses that decide nothing, and some that do.
let k = 1;
const o = {
  n: 5,
  inc() {
    k++;
    return this.n;
  },
};
const first = [(o.inc(), k), k];
let timer = 0;
(timer as any) = 1;
(timer) += 2;
[(timer as any)] = [timer + 4];
const nothing: any = null;
const attempt = (f: () => unknown) => {
  try {
    return String(f());
  } catch (error) {
    return (error as Error).name;
  }
};
const chains = [
  (1)?.toFixed(1),
  attempt(() => (nothing?.a).b),
  attempt(() => nothing?.a.b),
  attempt(() => (nothing?.a)()),
  (o?.inc)(),
  (o.inc as any)(),
  (-2) ** 2,
  (1, 2),
];
export default (function A() {
  return (
    <p>
      {first.join()} {timer} {chains.join()}
    </p>
  );
});
