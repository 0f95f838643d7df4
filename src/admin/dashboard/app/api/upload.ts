/** `fetch` for a long body: tells which share of it is sent. Rejects where no answer comes. */
export function upload(
  url: string,
  init: { readonly method: string; readonly headers: Record<string, string>; readonly body: string },
  onSent: (share: number) => void,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    // fetch has no events for what it sends.
    const sending = new XMLHttpRequest();
    sending.open(init.method, url);
    for (const [name, value] of Object.entries(init.headers)) sending.setRequestHeader(name, value);
    sending.upload.onprogress = ({ loaded, total }) => onSent(total === 0 ? 0 : loaded / total);
    sending.upload.onload = () => onSent(1);
    sending.onload = () => resolve(new Response(sending.responseText, { status: sending.status }));
    sending.onerror = () => reject(new TypeError('no answer'));
    sending.send(init.body);
  });
}
