// An element named by this.
import React from 'react';
export default function A(p: any) {
  class B extends React.Component<any> {
    T = (q: any) => <u>{q.n}</u>;
    render() {
      return <this.T n="1" />;
    }
  }
  return <B />;
}
