// An element named by members.
export default function A(p: any) {
  const X = { Y: { Z: (q: any) => <i>{q.a}</i> } };
  return <X.Y.Z a={1} />;
}
