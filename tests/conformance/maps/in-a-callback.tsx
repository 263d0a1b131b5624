import { AbsoluteFill } from 'remotion';

type Row = { name: string; value?: { amount: number } };

const rows: Row[] = [{ name: 'a', value: { amount: 1 } }, { name: 'b' }];

export default () => (
  <AbsoluteFill>
    {rows.map((row) => (
      <p key={row.name}>{row.value!.amount}</p> //@ amount
    ))}
  </AbsoluteFill>
);
