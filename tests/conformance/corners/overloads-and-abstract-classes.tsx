// Overloads and abstract classes.
function f(a: number): string;
function f(a: any) {
  return 'f' + a;
}
abstract class Q {
  abstract x(): void;
}
export default function A(p: any) {
  return <p>{f(1)}</p>;
}
