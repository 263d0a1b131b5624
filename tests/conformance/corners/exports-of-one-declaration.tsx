// Exports of one declaration, of which some must be renamed.
export const globalThis = 'g',
  points = [1, 2];
export const { a: width, ...rest } = { a: 1, b: 2 } as any;
{
  function width() {}
  width();
}
export let [count, step = count] = [3];
export default function A() {
  count += 1;
  return (
    <p>
      {globalThis}
      {points}
      {width}
      {Object.keys(rest)}
      {count}
      {step}
    </p>
  );
}
