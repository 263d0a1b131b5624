// Numbers.
export default function A() {
  return (
    <p>
      {(10n ** 20n).toString()}
      {1_000}
      {0b11}
      {0o17}
      {0.5e-7}
      {1e21}
    </p>
  );
}
