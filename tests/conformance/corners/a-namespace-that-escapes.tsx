// A namespace that escapes.
import * as R from 'remotion';
export default function A() {
  const r: any = R;
  const { width } = r.useVideoConfig();
  return (
    <p>
      {width}
      {typeof R['interpolate']}
    </p>
  );
}
