// Enums.
enum E {
  A,
  B = 'b' as any,
}
const enum F {
  X = 1 << 3,
}
export default function A(p: any) {
  return (
    <p>
      {E.A}
      {E.B}
      {E[0]}
      {F.X}
    </p>
  );
}
