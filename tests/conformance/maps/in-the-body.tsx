import { useCurrentFrame } from 'remotion';

export default function Thrower() {
  const frame = useCurrentFrame();
  if (frame > 10) {
    throw new Error(`frame ${frame}`); //@ new
  }
  return <p>{frame}</p>;
}
