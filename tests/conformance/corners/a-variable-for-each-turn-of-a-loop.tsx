// A variable for each turn of a loop.
export default function A() {
  const a = [];
  for (let i = 0; i < 3; i++) a.push(() => i);
  return <p>{a.map((f) => f()).join()}</p>;
}
