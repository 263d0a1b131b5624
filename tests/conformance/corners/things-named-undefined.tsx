// Things named undefined.
import { createRef as undefined } from 'react';
const sum = function undefined(n: number): number {
  return n ? n + undefined(n - 1) : 0;
};
const kind = (undefined: unknown) => typeof undefined;
const object = { undefined };
export default function A() {
  return (
    <p>
      {sum(3)}
      {kind(1)}
      {typeof undefined}
      {typeof object.undefined}
      {typeof void 0}
    </p>
  );
}
