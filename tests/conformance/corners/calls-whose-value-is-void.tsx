// Calls whose value is thrown away by `void`, where a text is asked for.
let calls = 0;
const f = () => {
  calls++;
  return 1;
};
const o: any = { undefined: 'member' };
const texts = ['a' + void f(), `b${void f()}`, void f() + 'c', 'd' + f() + void f(), o[void f() as any], typeof void f()];
const shout = () => void f();
export default function A() {
  return (
    <p>
      {texts.join()} {String(shout())} {calls}
    </p>
  );
}
