// Optional chains.
export default function A(p: any) {
  const o: any = null;
  return (
    <p>
      {String(o?.a.b.c?.())}
      {o?.[1] ?? 'n'}
      {delete o?.x ? 't' : 'f'}
    </p>
  );
}
