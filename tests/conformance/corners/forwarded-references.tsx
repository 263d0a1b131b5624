// Forwarded references.
import React, { forwardRef } from 'react';
const I = forwardRef<any, any>((p, r) => <i ref={r}>{p.x}</i>);
I.displayName = 'I';
export default function A() {
  const r = React.useRef(null);
  return <I ref={r} x="1" />;
}
