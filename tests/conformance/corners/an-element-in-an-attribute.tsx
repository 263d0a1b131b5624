// An element in an attribute.
export default function A() {
  const W = (q: any) => (
    <div>
      {q.icon}
      {q.children}
    </div>
  );
  return <W icon=<b>i</b>>{[<i key="1">1</i>]}</W>;
}
