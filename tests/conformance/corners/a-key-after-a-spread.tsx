// A key after a spread.
export default function A(p: any) {
  const q = { key: 'k', id: 'x' } as any;
  return (
    <div>
      {[1, 2].map((i) => (
        <b {...q} key={i}>
          {i}
        </b>
      ))}
    </div>
  );
}
