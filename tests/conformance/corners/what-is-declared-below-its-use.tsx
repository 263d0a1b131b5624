// What is declared below its use.
export default function A(p: any) {
  return (
    <p>
      {h()}
      {typeof X}
    </p>
  );
  function h() {
    return 'h';
  }
  var X: any;
}
