// Tagged templates.
export default function A(p: any) {
  const t = (s: any, ...v: any[]) => s.raw.join('|') + v.join();
  return <p>{t`a\n${1}b\u0041${2}`}</p>;
}
