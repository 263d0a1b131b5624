// A parameter named undefined.
export default function A(p: any) {
  const undefined_ = 1;
  return <p>{((undefined: any) => undefined)(3)}</p>;
}
