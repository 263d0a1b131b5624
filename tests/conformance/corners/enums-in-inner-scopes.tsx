// Enums in functions and blocks, and namespaces merged with what they belong to.
class Card { title = 'card'; }
namespace Card { export const size = 3; }

function label(kind: number) {
  enum Kind { Small = 1, Large }
  return Kind[kind];
}
namespace label { export const prefix = 'is '; }

export default function A() {
  let text = '';
  { enum Inner { X = 7 } text += Inner.X; }
  return <p>{new Card().title}{Card.size}{label.prefix}{label(2)}{text}</p>;
}
