// Powers.
export default function A(p: any) {
  return (
    <p>
      {2 ** (3 ** 2)}
      {(-2) ** 2}
    </p>
  );
}
