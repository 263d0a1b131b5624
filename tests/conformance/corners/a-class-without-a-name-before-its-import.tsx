// A class without a name, before its import.
export default class extends React.Component {
  render() {
    return <p>c</p>;
  }
}
import React from 'react';
