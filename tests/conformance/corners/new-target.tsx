// New.target.
function F(this: any) {
  this.t = new.target === F;
}
export default function A() {
  return <p>{String(new (F as any)().t)}</p>;
}
