// Styles and raw markup.
export default function A() {
  const s = { ...{ a: 1 }, opacity: 0.5, '--v': '1' } as any;
  return (
    <p
      style={{ ...s, WebkitLineClamp: 2 }}
      aria-hidden
      dangerouslySetInnerHTML={{ __html: '<b>x</b>' }}
    />
  );
}
