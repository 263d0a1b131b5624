// Asynchronous generators.
async function* g() {
  for await (const x of [1]) yield x;
}
export default function A() {
  g();
  return <p>{typeof g}</p>;
}
