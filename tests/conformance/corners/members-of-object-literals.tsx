// Members of object literals.
const o = {
  get a() {
    return 1;
  },
  set a(v) {},
  async *g() {},
  ['b' + 1]: 2,
  'c-d': 3,
  1e3: 4,
  __proto__: { z: 5 },
} as any;
export default function A() {
  return (
    <p>
      {o.a}
      {o.b1}
      {o['c-d']}
      {o[1000]}
      {o.z}
    </p>
  );
}
