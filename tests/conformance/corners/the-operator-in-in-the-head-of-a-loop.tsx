// The operator in, in the head of a loop.
export default function A() {
  for (var i = ('a' in { a: 1 }) ? 1 : 0; i < 2; i++);
  return (
    <p>
      {i}
      {void 0}
      {typeof null}
    </p>
  );
}
