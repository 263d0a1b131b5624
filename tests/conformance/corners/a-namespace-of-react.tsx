// A namespace of React.
import * as React from 'react';
export default function A() {
  const [a] = React.useState(3);
  return (
    <React.Fragment>
      <React.Suspense fallback={null}>{a}</React.Suspense>
    </React.Fragment>
  );
}
