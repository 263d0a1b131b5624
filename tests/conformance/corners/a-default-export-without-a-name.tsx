// A default export without a name.
export default () => (
  <p>
    {(function () {
      return 'x';
    })()}
  </p>
);
