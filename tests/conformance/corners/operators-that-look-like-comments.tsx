// Operators that look like comments.
export default function A() {
  let x = 3;
  return (
    <p>
      {x-- > 0 ? 'a' : 'b'}
      {1 - -1}
      {+(+x)}
      {'<!--'}
    </p>
  );
}
