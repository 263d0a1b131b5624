// Namespaces.
namespace N {
  export const a = 1;
  export namespace M {
    export const b = a + 1;
  }
}
export default function A(p: any) {
  return (
    <p>
      {N.a}
      {N.M.b}
    </p>
  );
}
