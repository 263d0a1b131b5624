// Fragments with keys.
import { Fragment } from 'react';
export default function A() {
  return (
    <>
      {[1, 2].map((i) => (
        <Fragment key={i}>
          <b>{i}</b>
        </Fragment>
      ))}
      <></>
    </>
  );
}
