// Declared fields.
class B {
  v: any = 'b';
  constructor() {
    this.init();
  }
  init() {}
}
class D extends B {
  declare v: any;
  w: any;
  init() {
    this.v = 'd';
  }
}
export default function A(p: any) {
  return <p>{new D().v}</p>;
}
