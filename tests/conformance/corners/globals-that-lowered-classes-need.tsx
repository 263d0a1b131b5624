// The user's own names for globals that private members need in older syntax.
const WeakMap = 1,
  WeakSet = 2,
  Object = 3;
export class TypeError {
  kind = 'mine';
}
class P {
  #a = 1;
  static #count = 0;
  static shown = P.#count;
  #twice() {
    return this.#a * 2;
  }
  get #half() {
    return this.#a / 2;
  }
  set #half(value) {
    this.#a = value * 2;
  }
  all() {
    P.#count++;
    this.#half = 7;
    this.#a += 1;
    return [this.#twice(), this.#half, this.#a++, #a in this, #twice in this, P.#count, P.shown];
  }
}
const wrong = () => {
  try {
    return P.prototype.all.call({} as P);
  } catch (error) {
    return (error as Error).name;
  }
};
export default function A() {
  return (
    <p>
      {new P().all().join()} {wrong()} {[WeakMap, WeakSet, Object, new TypeError().kind].join()}
    </p>
  );
}
