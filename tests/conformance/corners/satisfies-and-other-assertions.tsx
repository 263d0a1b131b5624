// Satisfies and other assertions.
export default function A(p: any) {
  const o = { a: 1 } satisfies any;
  return (
    <p>
      {o.a!}
      {(o as any).b ?? 'n'}
    </p>
  );
}
