// A variable named React.
export default function A(p: any) {
  const React = { createElement: () => null };
  return <p>{typeof React}</p>;
}
