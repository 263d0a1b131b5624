// Parameters that are properties.
class C {
  constructor(
    private a: number,
    public b = 3,
  ) {}
  s() {
    return this.a + this.b;
  }
}
export default function A(p: any) {
  return <p>{new C(1, 2).s()}</p>;
}
