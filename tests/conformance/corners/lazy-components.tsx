// Lazy components.
import { lazy, Suspense } from 'react';
const L = lazy(async () => ({ default: () => <b>l</b> }));
export default function A() {
  return (
    <Suspense fallback={<i>f</i>}>
      <p>s</p>
    </Suspense>
  );
}
