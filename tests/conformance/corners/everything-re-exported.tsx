// Everything re-exported.
export * from 'remotion/no-react';
export default function A() {
  return <p>r</p>;
}
