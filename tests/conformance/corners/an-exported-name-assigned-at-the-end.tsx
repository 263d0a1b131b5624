// Exported names that the last line of the module assigns.
let App: any = () => <b>first</b>;
let count = 1;
export { App as default, count };
App = Object.assign(() => <i>{count} second</i>, { displayName: 'Second' });
count = 5;
