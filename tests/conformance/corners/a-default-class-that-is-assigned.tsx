// A class as the default export, and another value in its place.
export default class App {
  static shown = 'shown';
}
const { shown } = App;
(App as any) = () => <i>{shown}</i>;
