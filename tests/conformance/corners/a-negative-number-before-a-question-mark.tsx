// A negative number before an optional chain.
const n: any = (-1)?.toFixed(1);
export default function A() {
  return <p>{n}{(-1)?.toFixed(2)}</p>;
}
