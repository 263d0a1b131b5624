// Keywords as names.
export default function A(p: any) {
  const async = (x: any) => x,
    of = 1,
    type = 2,
    as = 3,
    satisfies = 4;
  return (
    <p>
      {async(1)}
      {of}
      {type}
      {as}
      {satisfies}
    </p>
  );
}
