// Namespaces in parts, each of which sees what the others export.
const y = 'outer';
namespace A {
  export const x = 1;
  export let n = 0;
  const hidden = 'first';
  export function f() {
    return g() + hidden;
  }
  export namespace B {
    export const q = x + 1;
  }
  export import Q = B.q;
}
namespace A {
  const hidden = 'second';
  export const y = x + 10;
  export const object = { x, n, hidden, y };
  export function g() {
    return x + y;
  }
  export const z = f();
  export const shadow = ((x: string) => x + y)('x');
  export const Tag = (props: { children?: unknown }) => <u>{props.children as string}</u>;
}
namespace A.B {
  export const r = q + y;
  import aliased = A.B.q;
  export const s = aliased + Q;
}
namespace A {
  export const markup = (
    <Tag>
      {B.r},{B.s}
    </Tag>
  );
}
function F() {
  return F.state;
}
namespace F {
  export let state = 1;
}
namespace F {
  export const twice = state * 2;
}
import alias = A.B;
export import exported = A.y;
export default function App() {
  return (
    <p>
      {JSON.stringify(A.object)} {A.z} {A.shadow} {F()} {F.twice} {alias.r} {exported} {y} {A.markup}
    </p>
  );
}
