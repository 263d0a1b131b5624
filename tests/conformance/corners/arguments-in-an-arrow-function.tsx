// Arguments in an arrow function.
export default function A(p: any) {
  return (
    <p>
      {(function (..._: any[]) {
        return (() => arguments.length)();
      })(1, 2)}
    </p>
  );
}
