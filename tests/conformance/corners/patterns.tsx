// Patterns.
export default function A({ a = 1, ...rest }: any) {
  const { x: { y = [2] } = {}, ...z }: any = { q: 1 };
  const [, b = 3, ...c] = [1, undefined, 4, 5];
  return (
    <p>
      {a}
      {y}
      {JSON.stringify(z)}
      {b}
      {c}
      {Object.keys(rest).length}
    </p>
  );
}
