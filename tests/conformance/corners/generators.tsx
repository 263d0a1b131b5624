// Generators.
export default function A(p: any) {
  function* g() {
    const x: any = yield 1;
    yield* [2, 3];
  }
  return <p>{[...g()].join()}</p>;
}
