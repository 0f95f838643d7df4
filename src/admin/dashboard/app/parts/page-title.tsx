import { useLayoutEffect, useRef } from 'preact/hooks';

let shownBefore = false;

/** The page's heading; takes the focus when one comes to the page, so that it is read out, and names the tab. */
export function PageTitle({
  title,
  documentTitle,
}: {
  readonly title: string;
  readonly documentTitle?: string;
}) {
  const ref = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    document.title = `${documentTitle ?? title} · Transcript gateway`;
    // On the first page the browser's own start of the document is the right place.
    if (shownBefore) ref.current?.focus({ preventScroll: true });
    if (shownBefore) document.querySelector('.scroller')?.scrollTo(0, 0);
    shownBefore = true;
  }, [title]);
  return (
    <h1 ref={ref} tabIndex={-1}>
      {title}
    </h1>
  );
}
