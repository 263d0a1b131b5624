// A default export that is assigned after its declaration.
import { memo } from 'react';
export default function App() {
  return <b>first</b>;
}
const first = App;
(App as any) = memo(() => (
  <i>
    {first()}
    second
  </i>
));
