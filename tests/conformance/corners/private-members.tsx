// Private members.
class P {
  #a = 1;
  static #c = 0;
  get a() {
    P.#c++;
    return this.#a;
  }
  #m() {
    return #a in this;
  }
  t() {
    return String(this.#m()) + this.a + P.#c;
  }
}
export default function A() {
  return <p>{new P().t()}</p>;
}
