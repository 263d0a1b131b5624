// Memo as the default export.
import { memo } from 'react';
export default memo(function M() {
  return <p>m</p>;
});
