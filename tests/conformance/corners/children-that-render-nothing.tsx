// Children that render nothing.
export default function A(p: any) {
  return (
    <p>
      {/* c */}
      {null}
      {false}
      {0}
    </p>
  );
}
