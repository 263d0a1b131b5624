// Names in other scripts.
const ñ = 1,
  ab = 2,
  变量 = 3;
export default function A() {
  return (
    <p>
      {ñ}
      {ab}
      {变量}
    </p>
  );
}
