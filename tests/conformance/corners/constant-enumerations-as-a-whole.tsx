// Constant enumerations as a whole.
const enum E {
  A,
  B = 'b',
}
const enum Error {
  C = 3,
}
export default function A({ key = 'B' }: { key?: keyof typeof E }) {
  return (
    <p>
      {Object.keys(E).join()}
      {E[key]}
      {E.A}
      {typeof Error}
      {Error.C}
    </p>
  );
}
