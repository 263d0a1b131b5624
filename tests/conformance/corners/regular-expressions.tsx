// Regular expressions.
export default function A() {
  return (
    <p>
      {'aXb'.replace(/(?<n>X)/gu, '[$<n>]')}
      {/[/]\/(?<=a)b/.test('ab') ? 1 : 2}
    </p>
  );
}
