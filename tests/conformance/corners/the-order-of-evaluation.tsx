// The order of evaluation.
const l: string[] = [];
const f = (n: string) => {
  l.push(n);
  return n;
};
const o = { [f('a')]: f('b'), ...{ [f('c')]: f('d') } };
class K {
  static [f('e')] = f('f');
  [f('g')] = 1;
}
export default function A() {
  return (
    <p>
      {l.join()}
      {Object.keys(o)}
    </p>
  );
}
