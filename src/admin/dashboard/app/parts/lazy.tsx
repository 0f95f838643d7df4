import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** A component that is fetched when it is first shown: what reads ranges weighs as much as the rest of the page. */
export function lazily<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;
  return function Lazy(props: P) {
    const [, setReady] = useState(loaded !== undefined);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (loaded !== undefined) return;
      load()
        .then((component) => {
          loaded = component;
          setReady(true);
        })
        .catch(() => setFailed(true));
    }, []);
    if (failed)
      return <p role="alert">The gateway was updated meanwhile: reload this page. What you typed is kept.</p>;
    const Loaded = loaded;
    return Loaded === undefined ? <p role="status">Loading…</p> : <Loaded {...props} />;
  };
}
