// An element named by members of a small name.
export default function A(p: any) {
  const x = { y: (q: any) => <i>{q.a}</i> };
  return <x.y a={1} />;
}
