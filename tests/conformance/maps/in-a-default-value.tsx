interface Props {
  options?: { scale: number };
  scale?: number;
}

function Inner({ options, scale = options!.scale * 2 }: Props) { //@ scale
  return <p style={{ scale }}>{scale}</p>;
}

export default function Outer() {
  return (
    <div>
      <Inner />
    </div>
  );
}
