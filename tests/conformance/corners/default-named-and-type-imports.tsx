// Default, named and type imports.
import React, { useState as s, type FC } from 'react';
import type { X } from './nowhere';
export const y: FC = () => null;
const [q] = [s];
export default function A() {
  const [a] = q(1);
  return (
    <p>
      {a}
      {typeof React.useState}
    </p>
  );
}
