import { interpolate } from 'remotion';

enum Side {
  Left = 'left',
  Right = 'right',
}

const sides: Partial<Record<Side, { width: number }>> = { [Side.Left]: { width: 1 } };

export const width = sides[Side.Right]!.width; //@ width

export default function Sides() {
  return <p>{interpolate(1, [0, 1], [0, width])}</p>;
}
