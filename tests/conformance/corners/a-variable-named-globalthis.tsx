// A variable named globalThis.
export default function A(p: any) {
  const globalThis = {};
  return <p>{typeof globalThis}</p>;
}
