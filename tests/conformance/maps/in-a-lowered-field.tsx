import { Component } from 'react';

export default class Broken extends Component<{ items?: string[] }> {
  #count = 0;
  readonly first = this.props.items!.length; //@ length

  render() {
    return <p>{this.#count}</p>;
  }
}
