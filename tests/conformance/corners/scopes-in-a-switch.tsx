// Scopes in a switch.
export default function A() {
  switch (1 as number) {
    case 1: {
      let a = 1;
      return <p>{a}</p>;
    }
    default:
      let a = 2;
      return <i>{a}</i>;
  }
}
