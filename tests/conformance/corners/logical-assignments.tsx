// Logical assignments.
export default function A(p: any) {
  let a: any = null,
    b: any = { n: 0 };
  a ??= 1;
  b.n ||= 5;
  b.n &&= 6;
  return (
    <p>
      {a}
      {b.n}
    </p>
  );
}
