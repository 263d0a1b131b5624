// Sequences.
export default function A() {
  let i = 0;
  const a = (i++, i++, i);
  return (
    <p>
      {a}
      {(0, String)(1)}
    </p>
  );
}
