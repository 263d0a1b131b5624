// A case below the default one, reached by falling through.
function name(kind: number) {
  let text = '';
  switch (kind) {
    case 1: text += 'one ';
    default: text += 'other ';
    case 2: text += 'two ';
  }
  return text;
}

export default function A() {
  let text = '';
  switch (5 as number) {
    case 1: text += 'one ';
    default: text += 'other ';
    case 2: text += 'two ';
  }
  return <p>{text}{name(5)}{name(2)}</p>;
}
