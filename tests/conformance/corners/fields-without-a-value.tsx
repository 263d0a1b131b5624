// Fields without a value.
class B {
  constructor() {
    (this as any).w = 'x';
  }
}
class D extends B {
  w: any;
}
export default function A(p: any) {
  return <p>{String(new D().w)}</p>;
}
