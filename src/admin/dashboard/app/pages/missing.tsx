import { PageTitle } from '../parts/page-title.tsx';

export function MissingScreen() {
  return (
    <>
      <PageTitle title="There is no such page" />
      <p>
        <a href="#/">Go to access control</a>
      </p>
    </>
  );
}
