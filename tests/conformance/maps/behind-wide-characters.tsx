const titles = ['😀😀', '漢字', 'é'] as const; const last = (titles as readonly string[])[7]; const size = () => `😀${last.length}`; //@ length

export default function Wide() {
  return <p>{size()}</p>;
}
