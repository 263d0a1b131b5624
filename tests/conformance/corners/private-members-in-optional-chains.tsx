// Private members in optional chains, and who `this` is in their calls.
class A {
  #v = 1;
  #call = function (this: unknown) {
    return this;
  };
  #o = {
    h: { v: 2 },
    self() {
      return this;
    },
  };
  z = this?.#v;
  #m() {
    return this.#v;
  }
  values(o?: A | null) {
    return [o?.#v, o?.#m(), o?.#o.h.v, o?.#call() === o, o?.#o.self() === o?.#o, o?.#o?.h?.v];
  }
}
const a = new A();
const texts = [a.values(a), a.values(), a.values(null), [a.z]].map((list) => list.map(String).join());
export default function App() {
  return <p>{texts.join(' ')}</p>;
}
