// Attributes around a spread.
export default function A() {
  return (
    <p id="a" {...{ id: 'b' }} id="c" data-x>
      d
    </p>
  );
}
