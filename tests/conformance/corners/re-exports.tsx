// Re-exports.
export { interpolate, Easing as E } from 'remotion';
export * as R from 'react';
export default function A() {
  return <p>r</p>;
}
